using KhsCrm.Contracts.Entities;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Storage.Deltas;

/// <content>Which rows are in a window. Each kind has its own snapshot, and the assignments that bring its rows are measured by it.</content>
internal sealed partial class WindowQuery
{
    private string IsInScopeAndChanged(EntityTable table, NpgsqlBatchCommand command)
    {
        var start = range.StartOf(table.Kind.Type);
        var isChanged = IsChanged("t", start, command);
        if (table.Kind.Type == EntityType.ActivityLog)
            isChanged += $" AND t.created_at >= now() - {Add(command, options.ActivityLogAge, NpgsqlDbType.Interval)}";
        if (!_isWorker)
            return isChanged;
        string IsAssigned(string jobId) => $"""
            EXISTS (SELECT FROM job_assignments a
                WHERE a.job_id = {jobId} AND a.user_id = {User(command)} AND {IsInTarget("a", command)}
                    AND ({isChanged} OR {IsChanged("a", start, command)}))
            """;
        return table.Kind.Route.Audience switch
        {
            Audience.Everyone => isChanged,
            Audience.Customer => $"""
                EXISTS (SELECT FROM job_assignments a JOIN jobs j ON j.id = a.job_id
                    WHERE j.customer_id = t.{table.Kind.Route.Field} AND a.user_id = {User(command)}
                        AND {IsInTarget("a", command)} AND {IsInTarget("j", command)}
                        AND ({isChanged} OR {IsChanged("a", start, command)} OR {IsChanged("j", start, command)}))
                """,
            Audience.Job => IsAssigned($"t.{table.Kind.Route.Field}"),
            _ => "false",
        };
    }

    // For a worker: the jobs that are theirs and were before, if not all the while. Of one that is new to them the device has no
    // rows yet that could be gone; but of a kind that was left in the middle of a window it may have any. One that was lost behind
    // the target may be theirs again when the next window begins, which then takes nothing of it away.
    private string KeptJobs(Snapshot start, NpgsqlBatchCommand command)
    {
        var kept = start != range.Base
            ? $"SELECT a.job_id FROM job_assignments a WHERE a.user_id = {User(command)}"
            : $"""
                SELECT a.job_id FROM job_assignments a
                WHERE a.user_id = {User(command)} AND (NOT {IsChanged("a", start, command)}
                    OR EXISTS (SELECT FROM tombstones l
                        WHERE l.entity_type = 'job_assignment' AND l.user_id = {User(command)} AND l.job_id = a.job_id
                            AND {IsChanged("l", start, command)}))
                """;
        return range.Target is null
            ? kept
            : $"""
                {kept} UNION SELECT l.job_id FROM tombstones l
                WHERE l.entity_type = 'job_assignment' AND l.user_id = {User(command)} AND {IsChanged("l", range.Target, command)}
                """;
    }

    // An assignment behind the target does not count: the window that brings it brings all of the job.
    private string LostJobs(Snapshot? start, NpgsqlBatchCommand command) => $"""
        SELECT DISTINCT l.job_id FROM tombstones l
        WHERE l.entity_type = 'job_assignment' AND l.user_id = {User(command)} AND {IsChanged("l", start, command)}
            AND NOT EXISTS (SELECT FROM job_assignments a
                WHERE a.job_id = l.job_id AND a.user_id = {User(command)} AND {IsInTarget("a", command)})
        """;

    /// <summary>Not visible in the snapshot the device has: exact, whatever was running then and for how long.</summary>
    private static string IsChanged(string alias, Snapshot? start, NpgsqlBatchCommand command) => start is null
        ? "true"
        : $"({alias}.change_xid >= {Add(command, start.Xmax, NpgsqlDbType.Xid8)}"
            + (start.InProgress.Length == 0
                ? ")"
                : $" OR {alias}.change_xid = ANY({Add(command, start.InProgress, NpgsqlDbType.Array | NpgsqlDbType.Xid8)}))");

    // A page shows only what its window's own snapshot shows, which is durable: a later assignment may not be, on a standby least
    // of all. It brings its rows in the next window.
    private string IsInTarget(string alias, NpgsqlBatchCommand command) => range.Target is null
        ? "true"
        : $"pg_visible_in_snapshot({alias}.change_xid, {Add(command, range.Target.ToString(), NpgsqlDbType.Text)}::pg_snapshot)";
}
