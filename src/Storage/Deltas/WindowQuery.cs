using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Storage.Deltas;

/// <summary>
/// The SQL that reads a window: what changed after a snapshot, up to another when the window is read in pages, of what
/// the user may see. For a worker a row is in the window when it changed, or when the assignment that brings it did: that
/// is how a gained job comes with its whole subtree, however old.
/// </summary>
internal sealed class WindowQuery(CursorScope scope, Snapshot? start, Snapshot? target, RowKey? last, int limit)
{
    private readonly bool _isWorker = scope.Role != Role.Owner;

    /// <summary>The window of a device that has nothing: the whole scope.</summary>
    public static WindowQuery OfEverything(CursorScope scope) => new(scope, null, null, null, 0);

    /// <summary>Whether a row of the table, under the alias <c>t</c>, is in the window.</summary>
    public string IsInScope(EntityTable table, NpgsqlBatchCommand command) => IsInScopeAndChanged(table, command);

    /// <summary>Rows of one table: the order's time, then <see cref="EntityTable.SelectList"/>, the id first.</summary>
    public NpgsqlBatchCommand Rows(EntityTable table)
    {
        var command = new NpgsqlBatchCommand();
        command.CommandText = $"""
            SELECT t.{table.TimeColumn}, {table.SelectList} FROM {table.Name} t
            WHERE {IsInScopeAndChanged(table, command)} AND {IsInPage(table.TimeColumn, (int)table.Kind.Type, command)}
            ORDER BY t.{table.TimeColumn}, t.id LIMIT {Add(command, limit, NpgsqlDbType.Integer)}
            """;
        return command;
    }

    /// <summary>How many rows of one table are in the whole window.</summary>
    public NpgsqlBatchCommand Count(EntityTable table)
    {
        var command = new NpgsqlBatchCommand();
        command.CommandText = $"SELECT count(*) FROM {table.Name} t WHERE {IsInScopeAndChanged(table, command)}";
        return command;
    }

    /// <summary>
    /// Tombstones of rows the device may have: time, tombstone's id, entity type, entity id. A row that was made again
    /// has none: it is in a window of its own.
    /// </summary>
    public NpgsqlBatchCommand Tombstones()
    {
        var command = new NpgsqlBatchCommand();
        var names = EntityTables.All.Where(table => scope.Includes(table.Kind.Type)).ToList();
        var exists = string.Join(' ', names.Select(table =>
            $"WHEN '{table.Kind.Name}' THEN EXISTS (SELECT FROM {table.Name} e WHERE e.id = t.entity_id)"));
        var routed = _isWorker
            ? $"""
                AND (t.entity_type = 'user'
                    OR (t.job_id IN (SELECT a.job_id FROM job_assignments a WHERE a.user_id = {User(command)})
                        AND t.entity_type <> 'job')
                    OR (t.job_id IN ({LostJobs(command)}) AND NOT EXISTS (SELECT FROM jobs j WHERE j.id = t.job_id)))
                """
            : "";
        command.CommandText = $"""
            SELECT t.deleted_at, t.id, t.entity_type, t.entity_id FROM tombstones t
            WHERE {IsChanged("t", command)} AND {IsInPage("deleted_at", 0, command)}
                AND t.entity_type = ANY({Add(command, names.Select(table => table.Kind.Name).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)})
                AND NOT CASE t.entity_type {exists} END {routed}
            ORDER BY t.deleted_at, t.id LIMIT {Add(command, limit, NpgsqlDbType.Integer)}
            """;
        return command;
    }

    /// <summary>
    /// For a worker: the jobs that exist and are theirs no more, and the customers that no job of theirs needs any more:
    /// entity type, entity id.
    /// </summary>
    public NpgsqlBatchCommand Withdrawals()
    {
        var command = new NpgsqlBatchCommand();
        var user = User(command);
        command.CommandText = $"""
            WITH lost AS ({LostJobs(command)}),
            left_customers AS (
                SELECT j.customer_id FROM jobs j WHERE j.id IN (SELECT job_id FROM lost)
                UNION
                SELECT t.customer_id FROM tombstones t
                WHERE t.entity_type IN ('job', 'job_customer') AND {IsChanged("t", command)}
                    AND (t.entity_id IN (SELECT job_id FROM lost)
                        OR t.entity_id IN (SELECT a.job_id FROM job_assignments a WHERE a.user_id = {user})))
            SELECT 'job', l.job_id FROM lost l WHERE EXISTS (SELECT FROM jobs j WHERE j.id = l.job_id)
            UNION ALL
            SELECT 'customer', c.customer_id FROM left_customers c
            WHERE NOT EXISTS (
                SELECT FROM job_assignments a JOIN jobs j ON j.id = a.job_id
                WHERE a.user_id = {user} AND j.customer_id = c.customer_id)
            """;
        return command;
    }

    private string IsInScopeAndChanged(EntityTable table, NpgsqlBatchCommand command)
    {
        var isChanged = IsChanged("t", command);
        if (!_isWorker)
            return isChanged;
        string IsAssigned(string jobId) => $"""
            EXISTS (SELECT FROM job_assignments a
                WHERE a.job_id = {jobId} AND a.user_id = {User(command)} AND ({isChanged} OR {IsChanged("a", command)}))
            """;
        return table.Kind.Type switch
        {
            EntityType.User => isChanged,
            EntityType.Customer => $"""
                EXISTS (SELECT FROM job_assignments a JOIN jobs j ON j.id = a.job_id
                    WHERE j.customer_id = t.id AND a.user_id = {User(command)}
                        AND ({isChanged} OR {IsChanged("a", command)} OR {IsChanged("j", command)}))
                """,
            EntityType.Job => IsAssigned("t.id"),
            EntityType.JobAssignment or EntityType.Material or EntityType.JobStatusHistory => IsAssigned("t.job_id"),
            _ => "false",
        };
    }

    private string LostJobs(NpgsqlBatchCommand command) => $"""
        SELECT DISTINCT l.job_id FROM tombstones l
        WHERE l.entity_type = 'job_assignment' AND l.user_id = {User(command)} AND {IsChanged("l", command)}
            AND NOT EXISTS (SELECT FROM job_assignments a WHERE a.job_id = l.job_id AND a.user_id = {User(command)})
        """;

    /// <summary>Not visible in the snapshot the device has: exact, whatever was running then and for how long.</summary>
    private string IsChanged(string alias, NpgsqlBatchCommand command) => start is null
        ? "true"
        : $"({alias}.change_xid >= {Add(command, start.Xmax, NpgsqlDbType.Xid8)}"
            + (start.InProgress.Length == 0
                ? ")"
                : $" OR {alias}.change_xid = ANY({Add(command, start.InProgress, NpgsqlDbType.Array | NpgsqlDbType.Xid8)}))");

    private string IsInPage(string timeColumn, int table, NpgsqlBatchCommand command)
    {
        if (target is null || last is not { } key)
            return "true";
        var isAfter = table > key.Table ? ">=" : ">";
        return $"""
            pg_visible_in_snapshot(t.change_xid, {Add(command, target.ToString(), NpgsqlDbType.Text)}::pg_snapshot)
                AND (t.{timeColumn}, t.id) {isAfter}
                    ({Add(command, key.Time, NpgsqlDbType.TimestampTz)}, {Add(command, key.Id, NpgsqlDbType.Uuid)})
            """;
    }

    private string User(NpgsqlBatchCommand command) => Add(command, scope.UserId, NpgsqlDbType.Uuid);

    private static string Add<TValue>(NpgsqlBatchCommand command, TValue value, NpgsqlDbType type)
    {
        command.Parameters.Add(new NpgsqlParameter<TValue> { TypedValue = value, NpgsqlDbType = type });
        return $"${command.Parameters.Count}";
    }
}
