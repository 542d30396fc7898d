using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;

namespace KhsCrm.Storage.Push;

/// <summary>Messages as <c>sync_queue</c> keeps them.</summary>
internal static class LedgerJson
{
    private static readonly TypeRegistry Details = TypeRegistry.FromMessages(ErrorInfo.Descriptor, BadRequest.Descriptor);

    private static readonly JsonFormatter Formatter =
        new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true).WithTypeRegistry(Details));

    private static readonly JsonParser Parser =
        new(JsonParser.Settings.Default.WithTypeRegistry(Details).WithIgnoreUnknownFields(true));

    public static T Parse<T>(string json)
        where T : IMessage, new() => Parser.Parse<T>(json);

    // jsonb cannot hold U+0000, which no valid operation has; a rejected one is recorded all the same.
    public static string Of(IMessage message) =>
        Format(message).Replace("\\u0000", "\\ufffd", StringComparison.Ordinal);

    // JSON has no form for some of what a device can send: a time out of range, a mask in camel case, NaN.
    private static string Format(IMessage message)
    {
        try
        {
            return Formatter.Format(message);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            return $$"""{"protobuf": "{{message.ToByteString().ToBase64()}}"}""";
        }
    }
}
