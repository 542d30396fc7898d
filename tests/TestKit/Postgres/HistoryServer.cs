using KhsCrm.Development.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace KhsCrm.TestKit;

/// <summary>
/// A server of one test's own that has a history: it archives its WAL, is backed up, followed by standbys, promoted, and
/// restored to an earlier point. From this machine's programs whatever the other tests run on.
/// </summary>
public sealed class HistoryServer : IAsyncDisposable
{
    private readonly PrivateCluster _cluster;
    private readonly ClusterAccount _account;

    private HistoryServer(PrivateCluster cluster, ClusterAccount account) => (_cluster, _account) = (cluster, account);

    /// <summary>Connects as a superuser to the database <c>khscrm</c>.</summary>
    public string ConnectionString => _cluster.ConnectionString;

    private string Archive => Path.Combine(_cluster.Folder, "archive");

    /// <summary>Starts a new server.</summary>
    public static async Task<HistoryServer> StartAsync(CancellationToken cancellationToken)
    {
        var root = ClusterPath.New();
        var archive = Path.Combine(root, "archive");
        return await StartAsync(
            root,
            new() { ["archive_mode"] = "on", ["archive_command"] = $"mkdir -p {archive} && cp %p {archive}/%f" },
            cancellationToken);
    }

    /// <summary>Starts a standby that follows this server.</summary>
    public async Task<HistoryServer> StartStandbyAsync(CancellationToken cancellationToken)
    {
        var server = new NpgsqlConnectionStringBuilder(ConnectionString);
        var root = await BackUpAsync(cancellationToken);
        await SignalAsync(root, "standby.signal", cancellationToken);
        // In the file, not on the command line, so that it can change.
        await File.AppendAllTextAsync(
            Path.Combine(root, "pgdata", "postgresql.auto.conf"),
            $"primary_conninfo = 'host={server.Host} port={server.Port} user={server.Username} password={server.Password}'\n",
            cancellationToken);
        return await StartAsync(root, [], cancellationToken);
    }

    /// <summary>Backs this server up, to be restored later.</summary>
    /// <returns>The folder of the backup.</returns>
    public async Task<string> BackUpAsync(CancellationToken cancellationToken)
    {
        var root = ClusterPath.New();
        Directory.CreateDirectory(root);
        File.Copy(Path.Combine(_cluster.Folder, "password"), Path.Combine(root, "password"));
        await _account.TakeAsync(root, cancellationToken);
        await PostgresTools.RunAsync(
            ConnectionString,
            "pg_basebackup",
            ["-D", Path.Combine(root, "pgdata"), "-X", "stream", "-c", "fast", "--no-sync"],
            cancellationToken);
        return root;
    }

    /// <summary>Marks this moment, for <see cref="RestoreAsync"/>.</summary>
    public Task MarkAsync(string name, CancellationToken cancellationToken) =>
        RunAsync($"SELECT pg_create_restore_point('{name}')", cancellationToken);

    /// <summary>Starts a server from a backup, with this server's archived WAL up to a mark, on a timeline of its own.</summary>
    public async Task<HistoryServer> RestoreAsync(string backup, string mark, CancellationToken cancellationToken)
    {
        await ArchiveAsync(cancellationToken);
        await SignalAsync(backup, "recovery.signal", cancellationToken);
        var restored = await StartAsync(
            backup,
            new()
            {
                ["restore_command"] = $"cp {Archive}/%f %p",
                ["recovery_target_name"] = mark,
                ["recovery_target_action"] = "promote",
            },
            cancellationToken);
        while (await restored.ScalarAsync<bool>("SELECT pg_is_in_recovery()", cancellationToken))
            await Task.Delay(20, cancellationToken);
        return restored;
    }

    /// <summary>Starts a server from a backup as if its disk had been put back: it goes on with the timeline of the backup.</summary>
    public static Task<HistoryServer> StartImageAsync(string backup, CancellationToken cancellationToken) =>
        StartAsync(backup, [], cancellationToken);

    /// <summary>Waits until this standby has replayed all that another has written by now.</summary>
    public async Task CatchUpAsync(HistoryServer primary, CancellationToken cancellationToken)
    {
        var written = await primary.ScalarAsync<string>("SELECT pg_current_wal_insert_lsn()::text", cancellationToken);
        while (!await ScalarAsync<bool>($"SELECT pg_last_wal_replay_lsn() >= '{written}'", cancellationToken))
            await Task.Delay(20, cancellationToken);
    }

    /// <summary>Makes this standby deaf to its primary: what is written from now on, it does not hear.</summary>
    public async Task StopFollowingAsync(HistoryServer primary, CancellationToken cancellationToken)
    {
        await RunAsync("ALTER SYSTEM SET primary_conninfo = ''", cancellationToken);
        await RunAsync("SELECT pg_reload_conf()", cancellationToken);
        while (await primary.ScalarAsync<long>("SELECT count(*) FROM pg_stat_replication", cancellationToken) != 0)
            await Task.Delay(20, cancellationToken);
    }

    /// <summary>Makes this standby a primary.</summary>
    public Task PromoteAsync(CancellationToken cancellationToken) =>
        RunAsync("SELECT pg_promote(true, 300)", cancellationToken);

    /// <summary>Stops the server as a crash would.</summary>
    public Task CrashAsync(CancellationToken cancellationToken) => _cluster.StopAsync(immediate: true, cancellationToken);

    /// <summary>Starts the crashed server again.</summary>
    public Task StartAgainAsync(CancellationToken cancellationToken) => _cluster.StartAgainAsync(cancellationToken);

    /// <summary>Dumps the database and loads it into another server's, which has to be empty.</summary>
    public async Task DumpToAsync(string connectionString, CancellationToken cancellationToken)
    {
        var file = Path.Combine(_cluster.Folder, "pgdata", $"dump-{Guid.NewGuid():N}.sql");
        await PostgresTools.RunAsync(ConnectionString, "pg_dump", ["-f", file, "--no-sync"], cancellationToken);
        await PostgresTools.RunAsync(
            connectionString, "psql", ["-q", "-X", "-v", "ON_ERROR_STOP=1", "-f", file], cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await using (var connection = new NpgsqlConnection(ConnectionString))
            NpgsqlConnection.ClearPool(connection);
        await _cluster.DisposeAsync();
    }

    private static async Task<HistoryServer> StartAsync(
        string root, Dictionary<string, string> settings, CancellationToken cancellationToken)
    {
        settings["fsync"] = "off";
        settings["max_prepared_transactions"] = "10";
        settings["autovacuum"] = "off";
        var options = new PrivateClusterOptions
        {
            DataFolder = root,
            RemoveAtEnd = true,
            Settings = settings,
            BinariesFolder = PostgresTools.Folder,
        };
        return new HistoryServer(
            await PrivateCluster.StartAsync(options, NullLogger.Instance, cancellationToken),
            await ClusterAccount.ChooseAsync(cancellationToken));
    }

    private async Task SignalAsync(string root, string name, CancellationToken cancellationToken)
    {
        var signal = Path.Combine(root, "pgdata", name);
        await File.WriteAllTextAsync(signal, "", cancellationToken);
        await _account.TakeAsync(signal, cancellationToken);
    }

    // Closes the segment that is being written, and waits until it is in the archive.
    private async Task ArchiveAsync(CancellationToken cancellationToken)
    {
        var segment = await ScalarAsync<string>("SELECT pg_walfile_name(pg_switch_wal())", cancellationToken);
        while (!await ScalarAsync<bool>(
            $"SELECT coalesce(last_archived_wal >= '{segment}', false) FROM pg_stat_archiver", cancellationToken))
            await Task.Delay(20, cancellationToken);
    }

    private Task RunAsync(string sql, CancellationToken cancellationToken) => ScalarAsync<object?>(sql, cancellationToken);

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA2100", Justification = "The tests' own statements.")]
    private async Task<T> ScalarAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
