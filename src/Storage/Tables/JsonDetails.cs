using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace KhsCrm.Storage.Tables;

/// <summary>The details of an entry of the audit trail.</summary>
internal static class JsonDetails
{
    /// <summary>
    /// Reads them. jsonb has numbers beyond a double and any depth, and another program's entry holds up nobody: it is shown
    /// as its text.
    /// </summary>
    public static Struct Read(string json)
    {
        try
        {
            return JsonParser.Default.Parse<Struct>(json);
        }
        catch (IOException) // Both of the parser's exceptions are one.
        {
            return new Struct { Fields = { ["json"] = Value.ForString(json) } };
        }
    }
}
