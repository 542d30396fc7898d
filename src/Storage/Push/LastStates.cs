using KhsCrm.Contracts.Entities;
using KhsCrm.Contracts.Values;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>
/// Shows how a deleted row last was, from the audit trail, to whoever still wanted to change it: to a worker when the row's
/// job is theirs, or was theirs up to the moment in which it was deleted itself.
/// </summary>
internal static class LastStates
{
    public static async Task ShowAsync(
        NpgsqlConnection connection, IEnumerable<SubmissionPlan> plans, CancellationToken cancellationToken)
    {
        var late = plans
            .SelectMany(plan => plan.Fresh.Where(planned => planned.DeletedRow is not null), (plan, planned) => (plan, planned))
            .ToLookup(one => one.planned.DeletedRow!.Value);
        if (late.Count == 0)
            return;
        List<(PlannedOperation Planned, Guid User, Guid Job, Entity Row)> ofWorkers = [];
        await using (var reads = new ReadBatch(connection))
        {
            foreach (var rows in late.GroupBy(rows => rows.Key.Type))
            {
                var table = EntityTables.Of(EntityKinds.Of(rows.Key)!);
                reads.Add(
                    $"""
                    SELECT {table.SelectList} FROM unnest($1) AS gone(id) CROSS JOIN LATERAL (
                        SELECT (jsonb_populate_record(NULL::{table.Name}, a.details)).* FROM activity_logs a
                        WHERE a.entity_id = gone.id AND a.entity_type = '{table.Kind.Name}' AND a.action = 'delete'
                        ORDER BY a.created_at DESC LIMIT 1) t
                    """,
                    reader =>
                    {
                        var row = table.Read(reader);
                        foreach (var (plan, planned) in late[(rows.Key, reader.GetGuid(0))])
                        {
                            if (plan.Device.Role == Role.Owner)
                                planned.Result.DeletedRow = row;
                            else if (table.Kind.Route.Audience == Audience.Job && Uuid.TryParse(table.Kind.GetRouteId(row), out var job))
                                ofWorkers.Add((planned, plan.Actor.UserId, job, row));
                        }
                    },
                    ReadBatch.Ids(rows.Select(row => row.Key.Id)));
            }

            await reads.ExecuteAsync(cancellationToken);
        }

        if (ofWorkers.Count == 0)
            return;
        var theirs = await FindTheirsAsync(connection, ofWorkers.Select(one => (one.Job, one.User)), cancellationToken);
        foreach (var (planned, _, _, row) in ofWorkers.Where(one => theirs.Contains((one.Job, one.User))))
            planned.Result.DeletedRow = row;
    }

    // A job takes its assignments with it, in one transaction: their tombstones tell whose it was.
    private static async Task<HashSet<(Guid Job, Guid User)>> FindTheirsAsync(
        NpgsqlConnection connection, IEnumerable<(Guid Job, Guid User)> asked, CancellationToken cancellationToken)
    {
        (Guid Job, Guid User)[] pairs = [.. asked.Distinct()];
        HashSet<(Guid, Guid)> theirs = [];
        await using var reads = new ReadBatch(connection);
        reads.Add(
            """
            SELECT w.job_id, w.user_id FROM unnest($1, $2) AS w(job_id, user_id)
            WHERE EXISTS (SELECT FROM job_assignments a WHERE a.job_id = w.job_id AND a.user_id = w.user_id)
                OR EXISTS (SELECT FROM tombstones j WHERE j.entity_type = 'job' AND j.entity_id = w.job_id
                    AND EXISTS (SELECT FROM tombstones a WHERE a.change_xid = j.change_xid
                        AND a.entity_type = 'job_assignment' AND a.job_id = w.job_id AND a.user_id = w.user_id))
            """,
            reader => theirs.Add((reader.GetGuid(0), reader.GetGuid(1))),
            ReadBatch.Ids(pairs.Select(pair => pair.Job)),
            ReadBatch.Ids(pairs.Select(pair => pair.User)));
        await reads.ExecuteAsync(cancellationToken);
        return theirs;
    }
}
