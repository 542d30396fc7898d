using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Maintenance;

/// <summary>How many operations the ledger has, by status.</summary>
public sealed class LedgerCounts(NpgsqlDataSource dataSource)
{
    // In the order of SyncQueueStatus. Beyond 100,000 the planner's estimate is as good as a count, and free.
    private const string Sql = """
        SELECT s.number::int,
            CASE WHEN c.counted <= 100000 THEN c.counted
                ELSE greatest((SELECT p.reltuples::bigint FROM pg_class p WHERE p.oid = ('sync_queue_' || s.status)::regclass), c.counted) END,
            (SELECT min(q.created_at) FROM sync_queue q WHERE q.status = s.status)
        FROM unnest(ARRAY['pending', 'processing', 'completed', 'failed']) WITH ORDINALITY AS s(status, number)
        CROSS JOIN LATERAL (
            SELECT count(*) AS counted FROM (SELECT FROM sync_queue q WHERE q.status = s.status LIMIT 100001) l) c
        ORDER BY s.number
        """;

    /// <summary>Counts, one entry a status.</summary>
    public async Task<IReadOnlyList<QueueCount>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ReadAsync(
            Sql,
            rows => new QueueCount
            {
                Status = (SyncQueueStatus)rows.GetInt32(0),
                Count = rows.GetInt64(1),
                OldestCreatedAt = rows.Time(2),
            },
            limit: null,
            cancellationToken);
    }
}
