using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Google.Protobuf.WellKnownTypes;
using KhsCrm.Contracts.Entities;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Verify;

/// <summary>The number that stands for a version of a row in a digest; <c>EntityDigest</c> of the contract defines it.</summary>
internal static class RowDigest
{
    // 2000-01-01T00:00:00Z in seconds since 1970: where PostgreSQL's times begin.
    private const long PostgresEpoch = 946_684_800;

    [SuppressMessage("Security", "CA5351", Justification = "Finds differences, and keeps nobody out.")]
    public static ulong Of(RowId id, Entity row)
    {
        Span<byte> input = stackalloc byte[24];
        id.Write(input);
        BinaryPrimitives.WriteInt64BigEndian(input[16..], Microseconds(EntityKinds.Of(row)?.GetVersion(row)));
        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
        MD5.HashData(input, hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }

    /// <summary>The bucket of a row: the last bits of its id.</summary>
    public static int Bucket(RowId id, int bits)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.Write(bytes);
        return BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]) & ((1 << bits) - 1);
    }

    private static long Microseconds(Timestamp? time) =>
        time is null ? 0 : ((time.Seconds - PostgresEpoch) * 1_000_000) + (time.Nanos / 1_000);
}
