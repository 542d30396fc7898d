using KhsCrm.Contracts.Entities;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Storage.Deltas;

/// <content>What a window takes away: rows that were deleted, and rows that left a worker's scope.</content>
internal sealed partial class WindowQuery
{
    private static readonly string[] Everyones =
        [.. EntityKinds.All.Where(kind => kind.Route.Audience == Audience.Everyone).Select(kind => kind.Name)];

    // Tombstones of rows that the device may have. A row that was made again has none: it is in a window of its own.
    private string TombstoneKeys(Snapshot start, KindSet kinds, NpgsqlBatchCommand command)
    {
        var names = EntityTables.All.Where(table => kinds.Contains(table.Kind.Type)).ToList();
        var exists = string.Join(' ', names.Select(table =>
            $"WHEN '{table.Kind.Name}' THEN EXISTS (SELECT FROM {table.Name} e WHERE e.id = t.entity_id)"));
        var routed = _isWorker
            ? $"""
                AND (t.entity_type = ANY({Add(command, Everyones, NpgsqlDbType.Array | NpgsqlDbType.Text)})
                    OR (t.job_id IN ({KeptJobs(start, command)}) AND t.entity_type <> 'job')
                    OR (t.job_id IN ({LostJobs(start, command)}) AND NOT EXISTS (SELECT FROM jobs j WHERE j.id = t.job_id)))
                """
            : "";
        return Part(
            TableRank.Tombstones,
            "t.deleted_at",
            "t.id",
            $"{SmallChange}",
            $"""
            tombstones t
            WHERE {IsChanged("t", start, command)} AND {IsInPage("t.deleted_at", "t.id", TableRank.Tombstones, command)}
                AND t.entity_type = ANY({Add(command, names.Select(table => table.Kind.Name).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text)})
                AND NOT CASE t.entity_type {exists} END {routed}
            """,
            command);
    }

    // For a worker: the jobs that are theirs no more, and were not deleted by the end of the window. What was deleted since has no
    // tombstone in this window, and none in the next: by then it was not theirs.
    private string WithdrawnJobs(NpgsqlBatchCommand command) => Part(
        TableRank.Withdrawn(EntityType.Job),
        "'-infinity'::timestamptz",
        "l.job_id",
        $"{SmallChange}",
        $"""
        ({LostJobs(range.Base, command)}) l
        WHERE (EXISTS (SELECT FROM jobs j WHERE j.id = l.job_id)
            OR NOT EXISTS (SELECT FROM tombstones d
                WHERE d.entity_type = 'job' AND d.entity_id = l.job_id AND {IsInTarget("d", command)}))
            AND {IsBehind("'-infinity'::timestamptz", "l.job_id", TableRank.Withdrawn(EntityType.Job), command)}
        """,
        command);

    // For a worker: the customers that no job of theirs needs any more.
    private string WithdrawnCustomers(NpgsqlBatchCommand command)
    {
        var user = User(command);
        var rank = TableRank.Withdrawn(EntityType.Customer);
        return Part(
            rank,
            "'-infinity'::timestamptz",
            "c.customer_id",
            $"{SmallChange}",
            $"""
            (WITH lost AS ({LostJobs(range.Base, command)})
                SELECT j.customer_id FROM jobs j WHERE j.id IN (SELECT job_id FROM lost)
                UNION
                SELECT t.customer_id FROM tombstones t
                WHERE t.entity_type IN ('job', 'job_customer') AND {IsChanged("t", range.Base, command)}
                    AND (t.entity_id IN (SELECT job_id FROM lost)
                        OR t.entity_id IN (SELECT a.job_id FROM job_assignments a WHERE a.user_id = {user}))) c
            WHERE NOT EXISTS (
                SELECT FROM job_assignments a JOIN jobs j ON j.id = a.job_id
                WHERE a.user_id = {user} AND j.customer_id = c.customer_id)
                AND {IsBehind("'-infinity'::timestamptz", "c.customer_id", rank, command)}
            """,
            command);
    }
}
