using Google.Protobuf.WellKnownTypes;

namespace KhsCrm.Fuzzer.Generation;

/// <summary>Values at the edges of what the contract allows, and beyond.</summary>
internal static class OddValues
{
    private static readonly string[] Texts =
    [
        "", " ", "\0", "a\0b", "\\u0000", "a\\u0000b", "\ufffd", "\ufeff", "x_", "_", ".", "..", "''", "'; DROP TABLE jobs; --", "%", "\\",
        "{\"a\": 1}", "null", "1\0", "-1", "1e5", "NaN", "99999999999999999999", "0.001", "🧱🧱", "\u202egnirts", "null\u0000",
        "!", "a@b", "owner@khscrm.com", "\r\n", "\t",
    ];

    private static readonly string[] Masks = ["x_", "_", "", ".", "id", "notes", "name", "job_id", "NOTES", "notes.notes", "updated_at", "*", "is_deleted", "status", "a\0"];

    public static string Text(Random random) => random.Next(20) switch
    {
        0 => new string('x', random.Next(1, 70_000)),
        1 => string.Concat(Enumerable.Repeat("\\u0000", random.Next(1, 50))),
        _ => Texts[random.Next(Texts.Length)],
    };

    public static string Mask(Random random) => Masks[random.Next(Masks.Length)];

    public static long Number(Random random) => random.Next(8) switch
    {
        0 => 0,
        1 => -1,
        2 => long.MaxValue,
        3 => long.MinValue,
        4 => int.MaxValue,
        5 => uint.MaxValue,
        _ => random.Next(-10, 1_000),
    };

    public static Timestamp Time(Random random) => random.Next(6) switch
    {
        0 => new() { Seconds = long.MaxValue },
        1 => new() { Seconds = long.MinValue, Nanos = -1 },
        2 => new() { Seconds = 253_402_300_800 },
        3 => new() { Nanos = int.MaxValue },
        4 => new() { Seconds = -62_135_596_801 },
        _ => new() { Seconds = random.Next() },
    };
}
