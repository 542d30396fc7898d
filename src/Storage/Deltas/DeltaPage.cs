using System.Buffers;
using KhsCrm.Storage.Deltas.Wire;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Deltas;

/// <summary>
/// The changes of one delta: first their keys, in order, then the rows, table by table, each into its place. What it holds
/// is bounded by the bytes of a page and one row.
/// </summary>
internal sealed class DeltaPage : IDisposable
{
    private readonly Dictionary<int, Dictionary<Guid, int>> _places = [];
    private readonly PageSlot[] _slots;
    private readonly PageBuffer _buffer = new();

    private DeltaPage(int size) => _slots = new PageSlot[size];

    /// <summary>The last key, when the window goes on behind it.</summary>
    public RowKey? Last { get; private set; }

    /// <summary>How many changes there are.</summary>
    public int Count => _slots.Length;

    /// <summary>How many bytes the changes are.</summary>
    public int Length { get; private set; }

    /// <summary>Reads what <see cref="WindowQuery.Keys"/> gives.</summary>
    public static async Task<DeltaPage> ReadKeysAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var tables = new List<(int Rank, Guid[] Ids, int[] Places, DateTime LastAt)>();
        var isCut = false;
        while (await reader.ReadAsync(cancellationToken))
        {
            isCut |= reader.GetBoolean(4);
            if (reader.IsDBNull(1))
                continue;
            tables.Add((
                reader.GetInt32(0), reader.GetFieldValue<Guid[]>(1), reader.GetFieldValue<int[]>(2), reader.GetDateTime(3)));
        }

        var page = new DeltaPage(tables.Sum(table => table.Ids.Length));
        foreach (var table in tables)
            page.Add(table.Rank, table.Ids, table.Places, table.LastAt, isCut);
        return page;
    }

    /// <summary>Whether any row of a table is on the page.</summary>
    public bool Has(int rank) => _places.ContainsKey(rank);

    /// <summary>Puts a change into the place of its key.</summary>
    public void Set(int rank, Guid id, Change change) => Set(_places[rank][id], _buffer.Add(change));

    /// <summary>Puts a row into the place of its key.</summary>
    /// <param name="rank">The rank of its table.</param>
    /// <param name="id">Its id.</param>
    /// <param name="rowTag">The tag of its field in Entity.</param>
    /// <param name="write">Writes its fields.</param>
    /// <param name="reader">What they are read from.</param>
    public void Set(int rank, Guid id, uint rowTag, Action<NpgsqlDataReader, PageBuffer> write, NpgsqlDataReader reader)
    {
        var start = _buffer.BeginRow();
        write(reader, _buffer);
        Set(_places[rank][id], _buffer.EndRow(start, rowTag));
    }

    /// <summary>Writes the changes in their order.</summary>
    public void CopyTo(IBufferWriter<byte> output)
    {
        foreach (var slot in _slots)
            output.Write(_buffer[slot]);
    }

    public void Dispose() => _buffer.Dispose();

    private void Set(int place, PageSlot slot)
    {
        _slots[place] = slot;
        Length += slot.Length;
    }

    private void Add(int rank, Guid[] ids, int[] places, DateTime lastAt, bool isCut)
    {
        var byId = new Dictionary<Guid, int>(ids.Length);
        _places.Add(rank, byId);
        for (var i = 0; i < ids.Length; i++)
        {
            var place = places[i] - 1;
            byId.Add(ids[i], place);
            if (rank < 0)
            {
                Set(place, _buffer.Add(
                    new Change { Withdrawn = new Withdrawn { EntityType = (EntityType)(-rank), EntityId = ids[i].ToString() } }));
            }

            if (isCut && places[i] == _slots.Length)
                Last = new RowKey(lastAt, ids[i], rank);
        }
    }
}
