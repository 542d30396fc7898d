using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Maintenance;

/// <summary>The measurements: each a statement, and what a row of it is.</summary>
internal static class HealthQueries
{
    public const string Overview = """
        SELECT clock_timestamp(), split_part(current_setting('server_version'), ' ', 1), pg_postmaster_start_time(),
            pg_is_in_recovery(), s.stats_reset, pg_database_size(d.oid),
            coalesce(s.blks_hit::float8 / nullif(s.blks_hit + s.blks_read, 0), 1), s.deadlocks, age(d.datfrozenxid)::bigint,
            (SELECT extract(epoch FROM max(clock_timestamp() - a.xact_start))::float8 FROM pg_stat_activity a
                WHERE a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()),
            current_setting('max_connections')::int,
            CASE WHEN pg_is_in_recovery() THEN extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 END
        FROM pg_stat_database s JOIN pg_database d ON d.oid = s.datid WHERE d.datname = current_database()
        """;

    // The states in the order of ConnectionState.
    public const string Connections = """
        SELECT coalesce(array_position(
                ARRAY['active', 'idle', 'idle in transaction', 'idle in transaction (aborted)'], a.state), 0),
            count(*)::int, (count(*) FILTER (WHERE a.wait_event_type = 'Lock'))::int,
            extract(epoch FROM max(clock_timestamp() - a.state_change))::float8
        FROM pg_stat_activity a WHERE a.datname = current_database() AND a.backend_type = 'client backend'
        GROUP BY 1 ORDER BY 2 DESC, 1
        """;

    public const string SlowQueries = """
        SELECT coalesce(s.queryid, 0), left(s.query, 2000), s.calls, s.total_exec_time, s.mean_exec_time, s.max_exec_time, s.rows,
            coalesce(s.shared_blks_hit::float8 / nullif(s.shared_blks_hit + s.shared_blks_read, 0), 1)
        FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
        WHERE d.datname = current_database() ORDER BY s.total_exec_time DESC LIMIT $1
        """;

    // Measuring a size takes a lock: of what is locked exclusively the last estimate does, rather than wait for it.
    public const string Tables = """
        WITH locked AS MATERIALIZED (SELECT l.relation FROM pg_locks l WHERE l.mode = 'AccessExclusiveLock' AND l.relation IS NOT NULL),
        sized AS MATERIALIZED (
            SELECT c.oid, c.relname,
                CASE WHEN c.oid IN (SELECT relation FROM locked) THEN c.relpages * current_setting('block_size')::bigint
                    ELSE pg_table_size(c.oid) END AS table_bytes,
                CASE WHEN c.oid IN (SELECT relation FROM locked) THEN 0 ELSE pg_indexes_size(c.oid) END AS index_bytes
            FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r')
        SELECT c.relname, p.relname, coalesce(s.n_live_tup, 0), coalesce(s.n_dead_tup, 0), c.table_bytes,
            c.index_bytes, coalesce(s.seq_scan, 0), coalesce(s.idx_scan, 0),
            greatest(s.last_vacuum, s.last_autovacuum), greatest(s.last_analyze, s.last_autoanalyze)
        FROM sized c
        LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
        LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
        LEFT JOIN pg_class p ON p.oid = i.inhparent
        ORDER BY c.table_bytes + c.index_bytes DESC, c.relname LIMIT $1
        """;

    public const string Indexes = """
        SELECT c.relname, t.relname, coalesce(s.idx_scan, 0), coalesce(s.idx_tup_read, 0),
            CASE WHEN EXISTS (SELECT FROM pg_locks l WHERE l.relation = c.oid AND l.mode = 'AccessExclusiveLock')
                THEN c.relpages * current_setting('block_size')::bigint ELSE pg_relation_size(c.oid) END,
            i.indisunique OR i.indisexclusion, i.indisvalid
        FROM pg_index i
        JOIN pg_class c ON c.oid = i.indexrelid
        JOIN pg_class t ON t.oid = i.indrelid
        LEFT JOIN pg_stat_user_indexes s ON s.indexrelid = c.oid
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'i'
        ORDER BY 3, 5 DESC, c.relname LIMIT $1
        """;

    public const string Standbys = """
        SELECT r.application_name, coalesce(host(r.client_addr), ''), r.state, r.sync_state,
            extract(epoch FROM r.write_lag)::float8, extract(epoch FROM r.flush_lag)::float8,
            extract(epoch FROM r.replay_lag)::float8,
            coalesce(pg_wal_lsn_diff(
                CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END, r.replay_lsn), 0)::bigint
        FROM pg_stat_replication r WHERE r.state IS NOT NULL ORDER BY 8 DESC, 1
        """;

    public const string Archiving = """
        SELECT a.last_archived_time, a.last_failed_time, a.archived_count, a.failed_count
        FROM pg_stat_archiver a WHERE current_setting('archive_mode') <> 'off'
        """;

    public const string Rights = """
        SELECT 'pg_stat_activity', 'the role of the service is no member of pg_monitor: of connections, standbys and statements '
            || 'that are not its own it sees little'
        WHERE NOT pg_has_role('pg_monitor', 'USAGE')
        """;

    public static DatabaseHealth ReadOverview(NpgsqlDataReader rows) => new()
    {
        MeasuredAt = rows.Time(0),
        ServerVersion = rows.GetString(1),
        ServerStartedAt = rows.Time(2),
        IsStandby = rows.GetBoolean(3),
        StatisticsSince = rows.Time(4),
        SizeBytes = rows.GetInt64(5),
        CacheHitRatio = rows.GetDouble(6),
        Deadlocks = rows.GetInt64(7),
        TransactionIdAge = rows.GetInt64(8),
        OldestTransactionAge = rows.Seconds(9),
        MaxConnections = rows.GetInt32(10),
        StandbyReplayLag = rows.Seconds(11),
    };

    public static ConnectionCount ReadConnections(NpgsqlDataReader rows) => new()
    {
        State = (ConnectionState)rows.GetInt32(0),
        Count = rows.GetInt32(1),
        WaitingForLock = rows.GetInt32(2),
        Longest = rows.Seconds(3),
    };

    public static SlowQuery ReadSlowQuery(NpgsqlDataReader rows) => new()
    {
        QueryId = rows.GetInt64(0),
        Query = rows.GetString(1),
        Calls = rows.GetInt64(2),
        TotalTime = rows.Milliseconds(3),
        MeanTime = rows.Milliseconds(4),
        MaxTime = rows.Milliseconds(5),
        Rows = rows.GetInt64(6),
        CacheHitRatio = rows.GetDouble(7),
    };

    public static TableHealth ReadTable(NpgsqlDataReader rows)
    {
        var table = new TableHealth
        {
            Name = rows.GetString(0),
            LiveRows = rows.GetInt64(2),
            DeadRows = rows.GetInt64(3),
            TableBytes = rows.GetInt64(4),
            IndexBytes = rows.GetInt64(5),
            SequentialScans = rows.GetInt64(6),
            IndexScans = rows.GetInt64(7),
            LastVacuumAt = rows.Time(8),
            LastAnalyzeAt = rows.Time(9),
        };
        if (!rows.IsDBNull(1))
            table.PartitionOf = rows.GetString(1);
        return table;
    }

    public static IndexUsage ReadIndex(NpgsqlDataReader rows) => new()
    {
        Name = rows.GetString(0),
        Table = rows.GetString(1),
        Scans = rows.GetInt64(2),
        EntriesRead = rows.GetInt64(3),
        SizeBytes = rows.GetInt64(4),
        IsConstraint = rows.GetBoolean(5),
        IsValid = rows.GetBoolean(6),
    };

    public static ReplicationStatus ReadStandby(NpgsqlDataReader rows) => new()
    {
        Name = rows.GetString(0),
        ClientAddress = rows.GetString(1),
        State = rows.GetString(2),
        SyncState = rows.GetString(3),
        WriteLag = rows.Seconds(4),
        FlushLag = rows.Seconds(5),
        ReplayLag = rows.Seconds(6),
        LagBytes = rows.GetInt64(7),
    };

    public static WalArchiving ReadArchiving(NpgsqlDataReader rows) => new()
    {
        LastArchivedAt = rows.Time(0),
        LastFailedAt = rows.Time(1),
        ArchivedCount = rows.GetInt64(2),
        FailedCount = rows.GetInt64(3),
    };

    public static HealthGap ReadGap(NpgsqlDataReader rows) => new() { Source = rows.GetString(0), Message = rows.GetString(1) };
}
