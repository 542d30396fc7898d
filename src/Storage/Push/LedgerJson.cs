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

    public static string Of(IMessage message) => Storable(Format(message));

    /// <summary>The operation as it was pushed.</summary>
    public static string Of(PlannedOperation planned) => Storable(
        planned.Violations.Count == 0 && OperationJson.TryFormat(planned.Operation) is { } json ? json : Format(planned.Operation));

    // jsonb cannot hold U+0000, which no checked field has; what else a device sent is recorded all the same.
    private static string Storable(string json) => json.Replace("\\u0000", "\\ufffd", StringComparison.Ordinal);

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
