namespace KhsCrm.Fuzzer.Generation;

/// <summary>Ids that follow from the seed, and ids that are none.</summary>
internal static class Ids
{
    public static string New(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        // Version 7 by its marks, so that a server cannot tell it from a client's.
        bytes[7] = (byte)((bytes[7] & 0x0F) | 0x70);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return $"{new Guid(bytes)}";
    }

    /// <summary>What looks like an id to a lenient parser.</summary>
    public static string Odd(string id, Random random) => random.Next(11) switch
    {
        0 => $" {id}",
        1 => $"{id}\n",
        2 => $"+{id[1..]}",
        3 => $"0x{id[2..]}",
        4 => id.ToUpperInvariant(),
        5 => $"{{{id}}}",
        6 => id.Replace("-", "", StringComparison.Ordinal),
        7 => "\0",
        8 => "",
        9 => $"{id}\0",
        _ => id[..^1],
    };
}
