using System.Buffers.Binary;

namespace KhsCrm.Development.SampleData;

/// <summary>
/// The ids of sample rows: shaped like UUIDv7, ascending with the row's number, the same in every run. The time in them
/// is that of no real row, so the ids of a kind are a range, and one can tell from an id which row it is.
/// </summary>
internal static class SampleId
{
    // 2025-01-01T00:00:00Z in milliseconds, one millisecond a row; version 7 and variant 2 with the kind beside them.
    private const long Epoch = 1_735_689_600_000;

    public static Guid Of(SampleKind kind, int index)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, (KindEpoch(kind) + index) << 16);
        bytes[6] = 0x70;
        bytes[7] = (byte)kind;
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], new SampleRandom(kind, index).NextBits());
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Which row of its kind it is.</summary>
    public static int IndexOf(SampleKind kind, Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return (int)((BinaryPrimitives.ReadInt64BigEndian(bytes) >> 16) - KindEpoch(kind));
    }

    // A span of years for each kind keeps their ranges apart.
    private static long KindEpoch(SampleKind kind) => Epoch - ((long)kind << 36);
}
