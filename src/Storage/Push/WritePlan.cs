using KhsCrm.Contracts.Entities;
using KhsCrm.Contracts.Values;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>
/// The writes of a group, gathered into waves: within a wave there is one statement for each table and kind, inserts
/// before updates before deletes, parents before children (children first for deletes). A write goes into the first wave
/// that comes after what it depends on, so that the waves have the effect of the operations one by one and there are only
/// as many as the longest chain of writes to one row.
/// </summary>
/// <param name="isLocked">
/// Whether the rows are locked. If not, there are no deletes, and a row is only written while it is of the version that the
/// planning saw: a write that misses it shows as a row too few.
/// </param>
internal sealed class WritePlan(bool isLocked)
{
    private readonly List<Dictionary<(WriteKind Kind, EntityTable Table, Guid Actor), List<Entity>>> _waves = [];
    private readonly Dictionary<(EntityType Type, Guid Id), int> _waveOfRow = [];
    private readonly Dictionary<Guid, int> _waveOfJobsRows = [];
    private int _waveOfUsers = -1;
    private int _waveOfUnassignments = -1;

    public void Add(WriteKind kind, EntityTable table, Guid id, Entity row, Guid actor)
    {
        var wave = FirstWave(kind, table, id, row);
        _waveOfRow[(table.Kind.Type, id)] = wave;
        if (JobOf(table.Kind, row) is { } job)
            _waveOfJobsRows[job] = Math.Max(wave, _waveOfJobsRows.GetValueOrDefault(job, -1));
        if (row.User is not null)
            _waveOfUsers = wave;
        if (kind == WriteKind.Delete)
            _waveOfUnassignments = Math.Max(wave, _waveOfUnassignments);

        while (_waves.Count <= wave)
            _waves.Add([]);
        // A row that is written names its writer. Deletes have no row left to name the actor by: a statement each.
        var key = (kind, table, kind == WriteKind.Delete ? actor : default);
        if (!_waves[wave].TryGetValue(key, out var rows))
            _waves[wave].Add(key, rows = []);
        rows.Add(row);
    }

    /// <summary>The statements in order.</summary>
    public IEnumerable<WriteCommand> ToCommands()
    {
        foreach (var wave in _waves)
        {
            foreach (var ((kind, table, actor), rows) in wave.OrderBy(entry => Order(entry.Key.Kind, entry.Key.Table)))
            {
                if (kind != WriteKind.Delete)
                {
                    yield return new(
                        kind == WriteKind.Insert ? table.Insert(rows) : isLocked ? table.Update(rows) : table.UpdateSeen(rows),
                        table,
                        MustFind(rows));
                    continue;
                }

                yield return new(ActAs(actor));
                yield return new(table.Delete(rows));
            }
        }
    }

    // A locked row may be gone: a wave before deleted the job that it was of.
    private int MustFind(List<Entity> rows) => isLocked ? 0 : rows.Count;

    private int FirstWave(WriteKind kind, EntityTable table, Guid id, Entity row)
    {
        // A second write to a row comes after the first.
        var first = _waveOfRow.GetValueOrDefault((table.Kind.Type, id), -1) + 1;
        // Parents are inserted before their children within a wave.
        foreach (var (field, type) in table.Kind.References)
        {
            if (Uuid.TryParse(table.Kind.GetId(row, field), out var parent))
                first = Math.Max(first, _waveOfRow.GetValueOrDefault((type, parent), -1));
        }

        // A deleted job takes its rows with it: after the last write to them, within a wave or over waves.
        if (kind == WriteKind.Delete && row.Job is not null)
            first = Math.Max(first, _waveOfJobsRows.GetValueOrDefault(id, -1));
        // What is unique among rows may be given up by one write and taken by the next.
        if (row.User is not null)
            first = Math.Max(first, _waveOfUsers + 1);
        if (kind == WriteKind.Insert && row.JobAssignment is not null)
            first = Math.Max(first, _waveOfUnassignments + 1);
        return first;
    }

    private static Guid? JobOf(EntityKind kind, Entity row) => kind.Route.IsOfJob ? Uuid.Find(kind.GetRouteId(row)) : null;

    private static NpgsqlBatchCommand ActAs(Guid actor) => new($"SET LOCAL khscrm.actor_id = '{actor}'");

    private static int Order(WriteKind kind, EntityTable table)
    {
        var rank = (int)table.Kind.Type;
        return ((int)kind * 100) + (kind == WriteKind.Delete ? -rank : rank);
    }
}
