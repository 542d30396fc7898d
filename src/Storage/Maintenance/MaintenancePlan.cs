using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Maintenance;

/// <summary>Finds the steps of a maintenance task.</summary>
internal static class MaintenancePlan
{
    // Calling it for one month more each time makes one partition a call.
    private const string Partitions = """
        SELECT 'create partition', n.name, format('SELECT ensure_activity_log_partitions(%s)', m.ahead), NULL
        FROM generate_series(0, 3) AS m(ahead)
        CROSS JOIN LATERAL (SELECT 'activity_logs_'
            || to_char(date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC') + make_interval(months => m.ahead), 'YYYY_MM') AS name) n
        WHERE to_regclass(n.name) IS NULL ORDER BY m.ahead
        """;

    private const string Retention = """
        SELECT 'purge expired sessions', 'refresh_tokens', 'DELETE FROM refresh_tokens WHERE expires_at < now()', NULL
        WHERE EXISTS (SELECT FROM refresh_tokens WHERE expires_at < now())
        """;

    private const string Vacuum = """
        SELECT 'vacuum analyze', c.relname, format('VACUUM (ANALYZE) %I', c.relname), format('SELECT pg_table_size(%L)', c.oid::regclass)
        FROM wanted c ORDER BY c.relname
        """;

    // What a concurrent build left behind is dropped; of the rest each index is made anew.
    private const string Reindex = """
        SELECT CASE WHEN i.indisvalid THEN 'reindex' ELSE 'drop invalid index' END, x.relname,
            format(CASE WHEN i.indisvalid OR i.indisprimary THEN 'REINDEX INDEX CONCURRENTLY %I' ELSE 'DROP INDEX CONCURRENTLY %I' END, x.relname),
            format('SELECT coalesce(pg_relation_size(to_regclass(%L)), 0)', x.oid::regclass)
        FROM wanted c JOIN pg_index i ON i.indrelid = c.oid JOIN pg_class x ON x.oid = i.indexrelid
        ORDER BY i.indisvalid, x.relname
        """;

    private const string Wanted = """
        WITH wanted AS (
            SELECT c.oid, c.relname FROM pg_class c
            WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r'
                AND (cardinality($1::text[]) = 0 OR c.relname = ANY($1) OR EXISTS (
                    SELECT FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent WHERE i.inhrelid = c.oid AND p.relname = ANY($1))))
        """;

    public static string For(MaintenanceTask task) => task switch
    {
        MaintenanceTask.Partitions => Partitions,
        MaintenanceTask.Retention => Retention,
        MaintenanceTask.VacuumAnalyze => Wanted + Vacuum,
        MaintenanceTask.Reindex => Wanted + Reindex,
        _ => throw new ArgumentOutOfRangeException(nameof(task), task, "Not a task of steps."),
    };

    public static MaintenanceStep Read(NpgsqlDataReader rows) => new(
        rows.GetString(0), rows.GetString(1), rows.GetString(2), rows.IsDBNull(3) ? null : rows.GetString(3));
}
