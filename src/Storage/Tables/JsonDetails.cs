using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace KhsCrm.Storage.Tables;

/// <summary>The details of an entry of the audit trail.</summary>
internal static class JsonDetails
{
    // A reader of protobuf takes messages that are nested 100 deep. An object in an object is three of them (Struct, its entry,
    // Value), of which this counts two; and an entry of the audit trail is itself the fifth at most in what is sent.
    private static readonly JsonParser Parser = new(new JsonParser.Settings(recursionLimit: 60));

    /// <summary>
    /// Reads them. jsonb has numbers beyond a double and any depth, and another program's entry holds up nobody: it is shown
    /// as its text.
    /// </summary>
    public static Struct Read(string json)
    {
        try
        {
            return Parser.Parse<Struct>(json);
        }
        catch (IOException) // Both of the parser's exceptions are one.
        {
            return new Struct { Fields = { ["json"] = Value.ForString(json) } };
        }
    }
}
