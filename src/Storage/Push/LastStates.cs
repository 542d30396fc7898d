using KhsCrm.Contracts.Kinds;
using KhsCrm.Storage.Tables;
using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>Shows how a deleted row last was, from the audit trail, to whoever still wanted to change it.</summary>
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
        await using var reads = new ReadBatch(connection);
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
                        if (plan.Planner!.MaySee(row))
                            planned.Result.DeletedRow = row;
                    }
                },
                ReadBatch.Ids(rows.Select(row => row.Key.Id)));
        }

        await reads.ExecuteAsync(cancellationToken);
    }
}
