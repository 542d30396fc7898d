using System.Text;
using KhsCrm.V1;
using NpgsqlTypes;

namespace KhsCrm.Storage.Deltas;

/// <summary>Reads cursors, which come from devices and may be anything.</summary>
internal static class CursorParser
{
    // One snapshot for a set of kinds that was part of the scope, no checksum.
    private const byte OneSnapshotFormat = 2;
    private const int MaxBehind = 64;

    /// <summary>Reads a cursor; null when it is none of ours.</summary>
    public static Cursor? Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var buffer = bytes.ToArray();
            using var reader = new BinaryReader(new MemoryStream(buffer), Encoding.UTF8);
            return reader.ReadByte() switch
            {
                CursorWriter.Format => Read(reader, buffer),
                OneSnapshotFormat => ReadOneSnapshot(reader),
                _ => null,
            };
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or FormatException or OverflowException)
        {
            return null;
        }
    }

    private static Cursor Read(BinaryReader reader, byte[] buffer)
    {
        var scope = ReadScope(reader);
        var current = ReadKinds(reader);
        var behind = ReadBehind(reader);
        var tail = ReadChecksum(reader, buffer, 0);
        var database = ReadDatabase(reader);
        var (position, takenAt, start, target) = (ReadPosition(reader), ReadTime(reader), ReadSnapshot(reader), ReadSnapshot(reader));
        RowKey? last = target is null ? null : ReadKey(reader);
        var reading = target is null ? default : ReadKinds(reader);
        var cursor = new Cursor(
            scope, new HeldKinds(current, behind), database, position, takenAt, start, target, last, reading, ReadKinds(reader),
            reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64());
        ReadChecksum(reader, buffer, tail);
        return cursor;
    }

    private static Cursor ReadOneSnapshot(BinaryReader reader)
    {
        var scope = ReadScope(reader);
        var kinds = new KindSet((ulong)reader.Read7BitEncodedInt());
        var database = ReadDatabase(reader);
        var (position, takenAt, start, target) =
            (ReadPosition(reader), ReadTime(reader), ReadFixedSnapshot(reader), ReadFixedSnapshot(reader));
        RowKey? last = target is null ? null : ReadKey(reader);
        return new Cursor(
            scope,
            HeldKinds.Only(start is null ? default : kinds),
            database,
            position,
            takenAt,
            start,
            target,
            last,
            target is null ? default : kinds,
            default,
            reader.Read7BitEncodedInt64(),
            reader.Read7BitEncodedInt64());
    }

    private static KindsBehind[] ReadBehind(BinaryReader reader)
    {
        var count = reader.Read7BitEncodedInt();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxBehind);
        var behind = new KindsBehind[count];
        for (var i = 0; i < count; i++)
        {
            var (kinds, takenAt) = (ReadKinds(reader), ReadTime(reader));
            behind[i] = new(kinds, (ReadSnapshot(reader) ?? throw NotOurs()).Bounded(KindsBehind.MaxInProgress), takenAt);
        }

        return behind;
    }

    private static CursorScope ReadScope(BinaryReader reader) => new(new Guid(reader.ReadBytes(16)), (Role)reader.ReadByte());

    private static KindSet ReadKinds(BinaryReader reader) => new((ulong)reader.Read7BitEncodedInt64());

    private static DatabaseIdentity ReadDatabase(BinaryReader reader) => new(reader.ReadString(), reader.Read7BitEncodedInt());

    private static NpgsqlLogSequenceNumber ReadPosition(BinaryReader reader) => new(reader.ReadUInt64());

    private static DateTime ReadTime(BinaryReader reader) => new(reader.ReadInt64(), DateTimeKind.Utc);

    private static RowKey ReadKey(BinaryReader reader) => new(ReadTime(reader), new Guid(reader.ReadBytes(16)), reader.Read7BitEncodedInt());

    private static int ReadChecksum(BinaryReader reader, byte[] buffer, int start)
    {
        var end = (int)reader.BaseStream.Position;
        if (reader.ReadUInt32() != CursorWriter.Checksum(buffer.AsSpan(start, end - start)))
            throw NotOurs();
        return end + sizeof(uint);
    }

    private static Snapshot? ReadSnapshot(BinaryReader reader)
    {
        if (!reader.ReadBoolean())
            return null;
        var xmin = (ulong)reader.Read7BitEncodedInt64();
        var xmax = checked(xmin + (ulong)reader.Read7BitEncodedInt64());
        var inProgress = new ulong[ReadCount(reader, 1)];
        var before = xmin;
        for (var i = 0; i < inProgress.Length; i++)
            inProgress[i] = before = checked(before + (ulong)reader.Read7BitEncodedInt64());
        return Checked(new Snapshot(xmin, xmax, inProgress));
    }

    private static Snapshot? ReadFixedSnapshot(BinaryReader reader)
    {
        if (!reader.ReadBoolean())
            return null;
        var (xmin, xmax) = (reader.ReadUInt64(), reader.ReadUInt64());
        var inProgress = new ulong[ReadCount(reader, sizeof(ulong))];
        for (var i = 0; i < inProgress.Length; i++)
            inProgress[i] = reader.ReadUInt64();
        return Checked(new Snapshot(xmin, xmax, inProgress));
    }

    // No more than the bytes can hold, whatever the count claims.
    private static int ReadCount(BinaryReader reader, int size)
    {
        var count = reader.Read7BitEncodedInt();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, reader.BaseStream.Length / size);
        return count;
    }

    private static Snapshot Checked(Snapshot snapshot) => snapshot.IsWellFormed ? snapshot.Bounded() : throw NotOurs();

    private static FormatException NotOurs() => new("Not a cursor.");
}
