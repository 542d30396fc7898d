using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>
/// Messages as <c>sync_queue</c> keeps them: as JSON where that gives them back as they were, else as bytes in an envelope.
/// </summary>
internal static class LedgerJson
{
    // No message that is kept here has a field of this name. PostgreSQL prints jsonb with a space after the colon.
    private const string Envelope = "{\"protobuf\": \"";
    private const string EnvelopeEnd = "\"}";

    private static readonly TypeRegistry Details =
        TypeRegistry.FromMessages(ErrorInfo.Descriptor, BadRequest.Descriptor, RequestInfo.Descriptor);

    private static readonly JsonFormatter Formatter =
        new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true).WithTypeRegistry(Details));

    private static readonly JsonParser Parser =
        new(JsonParser.Settings.Default.WithTypeRegistry(Details).WithIgnoreUnknownFields(true));

    /// <summary>Reads what <see cref="Of(IMessage)"/> wrote.</summary>
    /// <exception cref="Exception">Somebody else wrote it; there is no telling of what type.</exception>
    public static T Parse<T>(string json)
        where T : IMessage, new()
    {
        if (!json.StartsWith(Envelope, StringComparison.Ordinal) || !json.EndsWith(EnvelopeEnd, StringComparison.Ordinal))
            return Parser.Parse<T>(json);
        var message = new T();
        message.MergeFrom(Convert.FromBase64String(json[Envelope.Length..^EnvelopeEnd.Length]));
        return message;
    }

    /// <summary>Reads what <see cref="Of(IMessage)"/> wrote; null when somebody else wrote it.</summary>
    public static T? TryParse<T>(string json)
        where T : class, IMessage, new()
    {
        try
        {
            return Parse<T>(json);
        }
#pragma warning disable CA1031 // There is no telling of what type.
        catch (Exception)
        {
            return null;
        }
#pragma warning restore CA1031
    }

    /// <summary>
    /// Reads an operation of the ledger: from the bytes that came where they are kept, else from its JSON. Null when another
    /// program wrote what cannot be read.
    /// </summary>
    public static Operation? TryRead(NpgsqlDataReader reader, int payload, int message)
    {
        if (reader.IsDBNull(message))
            return TryParse<Operation>(reader.GetString(payload));
        try
        {
            return Operation.Parser.ParseFrom(reader.GetFieldValue<byte[]>(message));
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    public static string Of(IMessage message)
    {
        string json;
        try
        {
            json = Formatter.Format(message);
        }
#pragma warning disable CA1031 // JSON has no form for some of what a device can send: a time out of range, a mask `x_`, NaN.
        catch (Exception)
        {
            return InEnvelope(message);
        }
#pragma warning restore CA1031
        return HasNul(json) ? InEnvelope(message) : json;
    }

    /// <summary>An operation.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="isSound">Whether its fields keep their rules, so that none has a character that JSON cannot hold.</param>
    public static string Of(Operation operation, bool isSound)
    {
        if (isSound && OperationJson.TryFormat(operation) is { } plain && !HasNul(plain))
            return plain;
        var json = Of(operation);
        // The JSON of a mask loses paths that are none, such as an empty one.
        return operation.Equals(TryParse<Operation>(json)) ? json : InEnvelope(operation);
    }

    private static string InEnvelope(IMessage message) => $"{Envelope}{message.ToByteString().ToBase64()}{EnvelopeEnd}";

    // jsonb cannot hold U+0000. A backslash before the escape makes it the text of one: "\\u0000" is six characters.
    private static bool HasNul(string json)
    {
        for (var at = json.IndexOf("\\u0000", StringComparison.Ordinal); at >= 0;
            at = json.IndexOf("\\u0000", at + 1, StringComparison.Ordinal))
        {
            var backslashes = 1;
            while (at >= backslashes && json[at - backslashes] == '\\')
                backslashes++;
            if (backslashes % 2 == 1)
                return true;
        }

        return false;
    }
}
