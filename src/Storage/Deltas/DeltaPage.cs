using System.Buffers;
using System.Runtime.InteropServices;
using KhsCrm.Storage.Deltas.Wire;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Deltas;

/// <summary>
/// The changes of one delta: each as its bytes, which are never moved, and its key, which puts it into its place. What it
/// holds is bounded by the bytes of a page and one row.
/// </summary>
internal sealed class DeltaPage : IDisposable
{
    /// <summary>
    /// The most bytes that changes take together, whatever the database thought that they would: below gRPC's default limit
    /// of 4 MiB a message, with room for the rows that digests bring along. The largest row alone, an entry of the audit
    /// trail (<c>check_activity_details</c>), takes as much.
    /// </summary>
    public const int MaxBytes = 2_621_440;

    private readonly List<(RowKey Key, PageSlot Slot)> _changes = [];
    private readonly PageBuffer _buffer = new();

    /// <summary>The last key, when the window goes on behind it.</summary>
    public RowKey? Last { get; private set; }

    /// <summary>How many changes there are.</summary>
    public int Count => _changes.Count;

    /// <summary>How many bytes the changes are.</summary>
    public int Length { get; private set; }

    /// <summary>Adds a change.</summary>
    public void Add(RowKey key, Change change) => _changes.Add((key, _buffer.Add(change)));

    /// <summary>Adds a row.</summary>
    /// <param name="key">Its place.</param>
    /// <param name="table">Its table.</param>
    /// <param name="reader">What it is read from.</param>
    public void Add(RowKey key, EntityTable table, NpgsqlDataReader reader) => _changes.Add((key, table.Encode(reader, _buffer)));

    /// <summary>All is added: puts it in order, and ends the page where its bytes do.</summary>
    /// <param name="isCut">Whether the window goes on behind what was added.</param>
    public void Complete(bool isCut)
    {
        // One table alone, as in most pages of a first sync, comes in order.
        var changes = CollectionsMarshal.AsSpan(_changes);
        for (var i = 1; i < changes.Length; i++)
        {
            if (changes[i - 1].Key.CompareTo(changes[i].Key) > 0)
            {
                changes.Sort(static (left, right) => left.Key.CompareTo(right.Key));
                break;
            }
        }

        var count = 0;
        while (count < changes.Length && (count == 0 || Length + changes[count].Slot.Length <= MaxBytes))
            Length += changes[count++].Slot.Length;
        if (isCut || count < changes.Length)
            Last = changes[count - 1].Key;
        _changes.RemoveRange(count, changes.Length - count);
    }

    /// <summary>Writes the changes in their order.</summary>
    public void CopyTo(IBufferWriter<byte> output)
    {
        foreach (var (_, slot) in CollectionsMarshal.AsSpan(_changes))
            output.Write(_buffer[slot]);
    }

    public void Dispose() => _buffer.Dispose();
}
