using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Deltas;

/// <summary>The changes of one delta: first their keys, in order, then the rows, table by table, each into its place.</summary>
internal sealed class DeltaPage
{
    private readonly Dictionary<int, Dictionary<Guid, int>> _places = [];
    private readonly Change?[] _changes;

    private DeltaPage(int size) => _changes = new Change?[size];

    /// <summary>The last key, when the window goes on behind it.</summary>
    public RowKey? Last { get; private set; }

    /// <summary>The changes in their order.</summary>
    public IEnumerable<Change> Changes => _changes.OfType<Change>();

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

    /// <summary>Puts a row, or its tombstone, into its place.</summary>
    public void Set(int rank, Guid id, Change change)
    {
        if (_places.TryGetValue(rank, out var places) && places.TryGetValue(id, out var place))
            _changes[place] = change;
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
                _changes[place] = new Change { Withdrawn = new Withdrawn { EntityType = (EntityType)(-rank), EntityId = ids[i].ToString() } };
            if (isCut && places[i] == _changes.Length)
                Last = new RowKey(lastAt, ids[i], rank);
        }
    }
}
