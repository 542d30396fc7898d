using System.Text;

namespace KhsCrm.Storage.Deltas;

/// <summary>
/// Writes cursors, in two parts that each end with a checksum: the one differs by user and kinds, the other by where they stand. A
/// live server makes each once and joins them for every device.
/// </summary>
internal static class CursorWriter
{
    /// <summary>
    /// The format that is written, in the first byte. A change takes the next number, and <see cref="CursorParser"/> goes on to read
    /// the one before.
    /// </summary>
    public const byte Format = 3;

    public static byte[] Head(CursorScope scope, HeldKinds held) => Write(writer =>
    {
        writer.Write(Format);
        writer.Write(scope.UserId.ToByteArray());
        writer.Write((byte)scope.Role);
        Write(writer, held.Current);
        writer.Write7BitEncodedInt(held.Behind.Count);
        foreach (var behind in held.Behind)
        {
            Write(writer, behind.Kinds);
            writer.Write(behind.TakenAt.Ticks);
            Write(writer, behind.Snapshot);
        }
    });

    public static byte[] Tail(Cursor cursor) => Write(writer =>
    {
        writer.Write(cursor.Database.System);
        writer.Write7BitEncodedInt(cursor.Database.TimelineId);
        writer.Write((ulong)cursor.Position);
        writer.Write(cursor.TakenAt.Ticks);
        Write(writer, cursor.Base);
        Write(writer, cursor.Target);
        if (cursor.Last is { } last)
        {
            writer.Write(last.Time.Ticks);
            writer.Write(last.Id.ToByteArray());
            writer.Write7BitEncodedInt(last.Table);
            Write(writer, cursor.Reading);
        }

        Write(writer, cursor.Anew);
        writer.Write7BitEncodedInt64(cursor.Sent);
        writer.Write7BitEncodedInt64(cursor.Total);
    });

    /// <summary>Tells bytes that were damaged on their way. It is no defence: a device may hold what it likes.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        // FNV-1a: a cursor is too short for the choice to matter.
        var hash = 2_166_136_261;
        foreach (var one in bytes)
            hash = (hash ^ one) * 16_777_619;
        return hash;
    }

    private static byte[] Write(Action<BinaryWriter> write)
    {
        using var buffer = new MemoryStream();
        using var writer = new BinaryWriter(buffer, Encoding.UTF8);
        write(writer);
        writer.Write(Checksum(buffer.GetBuffer().AsSpan(0, (int)buffer.Length)));
        return buffer.ToArray();
    }

    private static void Write(BinaryWriter writer, KindSet kinds) => writer.Write7BitEncodedInt64((long)kinds.Bits);

    // Each number as its distance from the one before: a byte or two for most.
    private static void Write(BinaryWriter writer, Snapshot? snapshot)
    {
        writer.Write(snapshot is not null);
        if (snapshot is null)
            return;
        writer.Write7BitEncodedInt64((long)snapshot.Xmin);
        writer.Write7BitEncodedInt64((long)(snapshot.Xmax - snapshot.Xmin));
        writer.Write7BitEncodedInt(snapshot.InProgress.Length);
        var before = snapshot.Xmin;
        foreach (var xid in snapshot.InProgress)
        {
            writer.Write7BitEncodedInt64((long)(xid - before));
            before = xid;
        }
    }
}
