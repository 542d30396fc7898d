using System.Text;
using KhsCrm.V1;
using NpgsqlTypes;

namespace KhsCrm.Storage.Deltas;

/// <summary>
/// Where a device stands (DESIGN §4): it has all that <paramref name="Base"/> shows, and, while a large window is sent in
/// pages, what <paramref name="Target"/> shows up to <paramref name="Last"/>.
/// </summary>
/// <param name="Scope">Whom it was issued to, and for what.</param>
/// <param name="Database">The database it was cut from.</param>
/// <param name="Position">A place in that database's WAL behind every commit that the cursor's snapshots show.</param>
/// <param name="TakenAt">The server's time at <paramref name="Base"/>; decides only whether tombstones since then are still kept.</param>
/// <param name="Base">What the device has; null for nothing yet.</param>
/// <param name="Target">The end of the window being paged; null between windows.</param>
/// <param name="Last">The last row of the window that was sent; null between windows.</param>
/// <param name="Sent">Changes sent since the catch-up began.</param>
/// <param name="Total">About how many the catch-up will send.</param>
internal sealed record Cursor(
    CursorScope Scope,
    DatabaseIdentity Database,
    NpgsqlLogSequenceNumber Position,
    DateTime TakenAt,
    Snapshot? Base,
    Snapshot? Target,
    RowKey? Last,
    long Sent,
    long Total)
{
    private const byte Format = 2;

    public bool IsInsideWindow => Target is not null;

    public byte[] ToBytes() => [.. Head(Scope), .. Tail()];

    /// <summary>The bytes that cursors of one scope begin with.</summary>
    public static byte[] Head(CursorScope scope) => Write(writer =>
    {
        writer.Write(Format);
        writer.Write(scope.UserId.ToByteArray());
        writer.Write((byte)scope.Role);
        writer.Write7BitEncodedInt(scope.Types);
    });

    /// <summary>The bytes behind <see cref="Head"/>, the same for everybody who stands there.</summary>
    public byte[] Tail() => Write(writer =>
    {
        writer.Write(Database.System);
        writer.Write7BitEncodedInt(Database.TimelineId);
        writer.Write((ulong)Position);
        writer.Write(TakenAt.Ticks);
        Write(writer, Base);
        Write(writer, Target);
        if (Last is { } last)
        {
            writer.Write(last.Time.Ticks);
            writer.Write(last.Id.ToByteArray());
            writer.Write7BitEncodedInt(last.Table);
        }

        writer.Write7BitEncodedInt64(Sent);
        writer.Write7BitEncodedInt64(Total);
    });

    /// <summary>Reads a cursor; null when it is none of ours.</summary>
    public static Cursor? Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes.ToArray()), Encoding.UTF8);
            if (reader.ReadByte() != Format)
                return null;
            var scope = new CursorScope(new Guid(reader.ReadBytes(16)), (Role)reader.ReadByte(), reader.Read7BitEncodedInt());
            var database = new DatabaseIdentity(reader.ReadString(), reader.Read7BitEncodedInt());
            var position = new NpgsqlLogSequenceNumber(reader.ReadUInt64());
            var takenAt = new DateTime(reader.ReadInt64(), DateTimeKind.Utc);
            var start = ReadSnapshot(reader);
            var target = ReadSnapshot(reader);
            RowKey? last = target is null
                ? null
                : new RowKey(
                    new DateTime(reader.ReadInt64(), DateTimeKind.Utc),
                    new Guid(reader.ReadBytes(16)),
                    reader.Read7BitEncodedInt());
            return new Cursor(
                scope, database, position, takenAt, start, target, last, reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64());
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or FormatException or OverflowException)
        {
            return null;
        }
    }

    private static byte[] Write(Action<BinaryWriter> write)
    {
        using var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer, Encoding.UTF8);
        write(writer);
        return buffer.ToArray();
    }

    private static void Write(BinaryWriter writer, Snapshot? snapshot)
    {
        writer.Write(snapshot is not null);
        if (snapshot is null)
            return;
        writer.Write(snapshot.Xmin);
        writer.Write(snapshot.Xmax);
        writer.Write7BitEncodedInt(snapshot.InProgress.Length);
        foreach (var xid in snapshot.InProgress)
            writer.Write(xid);
    }

    private static Snapshot? ReadSnapshot(BinaryReader reader)
    {
        if (!reader.ReadBoolean())
            return null;
        var (xmin, xmax) = (reader.ReadUInt64(), reader.ReadUInt64());
        var count = reader.Read7BitEncodedInt();
        // No more than the bytes can hold, whatever the count claims.
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, reader.BaseStream.Length / sizeof(ulong));
        var inProgress = new ulong[count];
        for (var i = 0; i < count; i++)
            inProgress[i] = reader.ReadUInt64();
        var snapshot = new Snapshot(xmin, xmax, inProgress);
        return snapshot.IsWellFormed ? snapshot.Bounded() : throw new FormatException("Not a snapshot.");
    }
}
