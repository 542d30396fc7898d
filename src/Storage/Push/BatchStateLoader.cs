using KhsCrm.Contracts.Entities;
using KhsCrm.Contracts.Values;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Storage.Push;

/// <summary>
/// Loads what the planning of operations needs. Where rows are only made and edited, none of them twice, they are not locked:
/// the writing finds out whether they are still what was read, which costs a tenth (ADR 16). Otherwise, and when they were
/// not, the rows to be written are locked, table by table in a fixed order and by id, so that two groups never wait for each other in a circle.
/// </summary>
internal static class BatchStateLoader
{
    private static readonly EntityKind[] WorkersRowsOfJobs =
        [.. EntityKinds.All.Where(kind => kind.Route.IsOfJob && kind.Workers.Fields.Length > 0)];

    /// <summary>The row that an operation is about, which must be a valid one.</summary>
    public static (EntityType Type, Guid Id) RowOf(Operation operation)
    {
        var kind = EntityKinds.Of(operation.Entity)!;
        return (kind.Type, Guid.Parse(kind.GetId(operation.Entity)));
    }

    /// <summary>Adds the statements that load, and lock where that is needed.</summary>
    /// <param name="reads">The round trip.</param>
    /// <param name="state">Takes the rows.</param>
    /// <param name="operations">Valid operations.</param>
    /// <param name="actors">Who pushes them.</param>
    /// <param name="retried">Those of them that wait in the ledger themselves.</param>
    /// <param name="locksAlways">Whether the rows to be written are to be locked in any case.</param>
    /// <returns>Whether they will be.</returns>
    public static bool AddTo(
        ReadBatch reads,
        BatchState state,
        IReadOnlyCollection<Operation> operations,
        IEnumerable<Actor> actors,
        IEnumerable<Guid> retried,
        bool locksAlways)
    {
        var written = new HashSet<(EntityType Type, Guid Id)>();
        var read = new HashSet<(EntityType Type, Guid Id)>();
        foreach (var operation in operations)
        {
            written.Add(RowOf(operation));
            AddReferences(operation.Entity, read);
        }

        if (written.Count == 0)
            return true;
        // What must be unique among users, and that an owner is left, is looked for in all of them.
        var writesUsers = written.Any(row => row.Type == EntityType.User);
        var locks = locksAlways || writesUsers || written.Count < operations.Count
            || operations.Any(operation => operation.Kind == OperationKind.Delete);
        if (locks)
            read.ExceptWith(written);
        else
            read.UnionWith(written);
        // Before the rows: what waited until now and was applied meanwhile shows as a row.
        AddWaiting(reads, state, written, retried);
        if (locks)
            AddRows(reads, state, written, "ORDER BY t.id FOR NO KEY UPDATE");
        if (writesUsers)
            AddOwnersAndEmails(reads, state, operations);
        if (writesUsers)
            AddSignIns(reads, state, written);
        AddRows(reads, state, read, "");
        AddTombstones(reads, state, written.Union(read));
        // An owner needs no assignment. Where the database says that they are one no more, the group comes here again, to lock.
        Guid[] workers = [.. actors.Where(actor => locks || actor.Role != Role.Owner).Select(actor => actor.UserId).Distinct()];
        var assigns = written.Any(row => row.Type == EntityType.JobAssignment);
        if (workers.Length > 0 || assigns)
            AddAssignments(reads, state, [.. written.Union(read).Where(row => row.Type == EntityType.Job).Select(row => row.Id)]);
        // A worker may write a row of a job they are assigned to: which job, only that row says.
        if (workers.Length > 0)
            AddAssignmentsOfRows(reads, state, workers, written);
        return locks;
    }

    /// <summary>Adds the statements that load, without a lock, what results of operations show.</summary>
    public static void AddShown(ReadBatch reads, BatchState state, IReadOnlyCollection<Operation> operations, Guid user)
    {
        var shown = operations.Select(RowOf).ToHashSet();
        AddRows(reads, state, shown, "");
        AddAssignments(reads, state, [.. shown.Where(row => row.Type == EntityType.Job).Select(row => row.Id)]);
        AddAssignmentsOfRows(reads, state, [user], shown);
    }

    private static void AddReferences(Entity entity, HashSet<(EntityType Type, Guid Id)> read)
    {
        var kind = EntityKinds.Of(entity)!;
        foreach (var (field, type) in kind.References)
        {
            if (Uuid.TryParse(kind.GetId(entity, field), out var id))
                read.Add((type, id));
        }
    }

    private static void AddWaiting(
        ReadBatch reads, BatchState state, HashSet<(EntityType Type, Guid Id)> written, IEnumerable<Guid> retried) => reads.Add(
        """
        SELECT entity_type, entity_id, user_id, created_at, coalesce(client_seq, 0), waits_for FROM sync_queue
        WHERE status = 'pending' AND entity_id = ANY($1) AND id <> ALL($2) AND waits_for IS NOT NULL
        """,
        reader =>
        {
            // Another program may have written any name.
            if (EntityKinds.Of(reader.GetString(0)) is { } kind)
            {
                state.AddWaiting(
                    (kind.Type, reader.GetGuid(1), reader.GetGuid(2)), (reader.GetDateTime(3), reader.GetInt64(4)), reader.GetGuid(5));
            }
        },
        ReadBatch.Ids(written.Select(row => row.Id)),
        ReadBatch.Ids(retried));

    private static void AddRows(
        ReadBatch reads, BatchState state, HashSet<(EntityType Type, Guid Id)> rows, string suffix)
    {
        foreach (var group in rows.GroupBy(row => row.Type).OrderBy(group => group.Key))
        {
            var table = EntityTables.Of(EntityKinds.Of(group.Key)!);
            reads.Add(
                $"SELECT {table.SelectList} FROM {table.Name} t WHERE t.id = ANY($1) {suffix}",
                reader => state.Set(table, reader.GetGuid(0), table.Read(reader)),
                ReadBatch.Ids(group.Select(row => row.Id)));
        }
    }

    private static void AddOwnersAndEmails(ReadBatch reads, BatchState state, IEnumerable<Operation> operations) => reads.Add(
        $"""
        SELECT {EntityTables.Users.SelectList} FROM users t
        WHERE (t.role = 'OWNER' AND t.is_active AND NOT t.is_service) OR lower(t.email) = ANY($1)
        ORDER BY t.id FOR NO KEY UPDATE
        """,
        reader => state.Set(EntityTables.Users, reader.GetGuid(0), EntityTables.Users.Read(reader)),
        new NpgsqlParameter
        {
            Value = operations.Select(operation => operation.Entity.User?.Email?.ToLowerInvariant()).OfType<string>().Distinct().ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
        });

    // After their rows are locked: a password that is set meanwhile is seen.
    private static void AddSignIns(ReadBatch reads, BatchState state, IEnumerable<(EntityType Type, Guid Id)> written) => reads.Add(
        """
        SELECT u.id FROM users u
        WHERE u.password_hash ~ '^\$2[abxy]\$' AND ((u.role = 'OWNER' AND u.is_active AND NOT u.is_service) OR u.id = ANY($1))
        """,
        reader => state.AddSignIn(reader.GetGuid(0)),
        ReadBatch.Ids(written.Where(row => row.Type == EntityType.User).Select(row => row.Id)));

    private static void AddTombstones(ReadBatch reads, BatchState state, IEnumerable<(EntityType Type, Guid Id)> rows) => reads.Add(
        "SELECT entity_type, entity_id FROM tombstones WHERE entity_id = ANY($1)",
        reader =>
        {
            // Not only entities have tombstones: a session has, and a job's link to its customer.
            if (EntityKinds.Of(reader.GetString(0)) is { } kind)
                state.AddTombstone(kind.Type, reader.GetGuid(1));
        },
        ReadBatch.Ids(rows.Select(row => row.Id)));

    private static void AddAssignments(ReadBatch reads, BatchState state, Guid[] jobIds)
    {
        if (jobIds.Length == 0)
            return;
        reads.Add(
            "SELECT job_id, user_id FROM job_assignments WHERE job_id = ANY($1)",
            reader => state.AddAssignment(reader.GetGuid(0), reader.GetGuid(1)),
            ReadBatch.Ids(jobIds));
    }

    private static void AddAssignmentsOfRows(
        ReadBatch reads, BatchState state, Guid[] users, HashSet<(EntityType Type, Guid Id)> written)
    {
        foreach (var kind in WorkersRowsOfJobs)
        {
            var ids = written.Where(row => row.Type == kind.Type).Select(row => row.Id).ToArray();
            if (ids.Length == 0)
                continue;
            reads.Add(
                $"""
                SELECT a.job_id, a.user_id FROM job_assignments a
                WHERE a.user_id = ANY($2) AND a.job_id IN (SELECT t.{kind.Route.Field} FROM {kind.Table} t WHERE t.id = ANY($1))
                """,
                reader => state.AddAssignment(reader.GetGuid(0), reader.GetGuid(1)),
                ReadBatch.Ids(ids),
                ReadBatch.Ids(users));
        }
    }
}
