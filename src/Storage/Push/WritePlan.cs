using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>
/// The writes of a batch, gathered into waves: within a wave there is one statement for each table and kind, inserts
/// before updates before deletes, parents before children (children first for deletes). A second write to one row, or
/// anything after a delete, begins another wave, so that the waves have the effect of the operations one by one.
/// </summary>
internal sealed class WritePlan
{
    private readonly List<Dictionary<(WriteKind Kind, EntityTable Table), List<Entity>>> _waves = [];
    private readonly HashSet<(EntityType Type, Guid Id)> _waveRows = [];
    private bool _waveDeletes;

    public void Add(WriteKind kind, EntityTable table, Guid id, Entity row)
    {
        if (_waves.Count == 0 || _waveRows.Contains((table.Kind.Type, id)) || (_waveDeletes && kind != WriteKind.Delete))
        {
            _waves.Add([]);
            _waveRows.Clear();
            _waveDeletes = false;
        }

        _waveRows.Add((table.Kind.Type, id));
        _waveDeletes |= kind == WriteKind.Delete;
        var wave = _waves[^1];
        if (!wave.TryGetValue((kind, table), out var rows))
            wave.Add((kind, table), rows = []);
        // A later wave changes the same message; this one writes what it is now.
        rows.Add(row.Clone());
    }

    /// <summary>The statements in order, each with the table its returned rows are of (null for a delete).</summary>
    public IEnumerable<(NpgsqlBatchCommand Command, EntityTable? Returned)> ToCommands()
    {
        foreach (var wave in _waves)
        {
            foreach (var ((kind, table), rows) in wave.OrderBy(entry => Order(entry.Key.Kind, entry.Key.Table)))
            {
                yield return kind switch
                {
                    WriteKind.Insert => (table.Insert(rows), table),
                    WriteKind.Update => (table.Update(rows), table),
                    _ => (table.Delete(rows.Select(row => Guid.Parse(table.Kind.GetId(row)))), null),
                };
            }
        }
    }

    private static int Order(WriteKind kind, EntityTable table)
    {
        var rank = (int)table.Kind.Type;
        return ((int)kind * 100) + (kind == WriteKind.Delete ? -rank : rank);
    }
}
