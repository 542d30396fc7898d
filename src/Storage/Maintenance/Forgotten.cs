namespace KhsCrm.Storage.Maintenance;

/// <summary>What is forgotten: statements that delete at most $2 rows older than $1, and return how many.</summary>
internal static class Forgotten
{
    public const string Tombstones = "SELECT purge_tombstones($1, $2)";

    public const string Completed = """
        WITH gone AS (
            DELETE FROM sync_queue WHERE status = 'completed' AND id IN (
                SELECT id FROM sync_queue
                WHERE status = 'completed' AND created_at < now() - $1 AND processed_at < now() - $1
                ORDER BY created_at LIMIT $2)
            RETURNING 1)
        SELECT count(*)::int FROM gone
        """;

    // By the time it failed: an operation may have waited before. One that another program wrote may have no such time.
    public const string Failed = """
        WITH gone AS (
            DELETE FROM sync_queue WHERE status = 'failed' AND id IN (
                SELECT id FROM sync_queue
                WHERE status = 'failed' AND created_at < now() - $1 AND coalesce(processed_at, created_at) < now() - $1
                ORDER BY created_at LIMIT $2)
            RETURNING 1)
        SELECT count(*)::int FROM gone
        """;

    public const string Tokens = """
        WITH gone AS (
            DELETE FROM refresh_tokens WHERE id IN (
                SELECT id FROM refresh_tokens WHERE expires_at < now() - $1 ORDER BY expires_at LIMIT $2)
            RETURNING 1)
        SELECT count(*)::int FROM gone
        """;

    // One whose operations still wait is heard of soon. A revoked one must stay revoked.
    public const string Devices = """
        WITH gone AS (
            DELETE FROM devices WHERE id IN (
                SELECT d.id FROM devices d
                WHERE d.last_seen_at < now() - $1 AND d.revoked_at IS NULL
                    AND NOT EXISTS (
                        SELECT FROM sync_queue q WHERE q.device_id = d.id AND q.status IN ('pending', 'processing'))
                LIMIT $2)
            RETURNING 1)
        SELECT count(*)::int FROM gone
        """;
}
