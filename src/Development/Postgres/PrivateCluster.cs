using Npgsql;

namespace KhsCrm.Development.Postgres;

/// <summary>
/// A PostgreSQL server of our own on a loopback port, which ends with this process. Used where nobody gave a connection
/// string: by the development host and by the tests.
/// </summary>
internal sealed class PrivateCluster : IAsyncDisposable
{
    /// <summary>Why the code below may use what Windows does not have.</summary>
    public const string UnixOnly = "StartAsync refuses to run on Windows.";

    private readonly PrivateClusterOptions _options;
    private readonly ClusterFolder _folder;
    private readonly ClusterServer _server;
    private readonly ILogger _logger;

    private PrivateCluster(PrivateClusterOptions options, ClusterFolder folder, ClusterServer server, ILogger logger) =>
        (_options, _folder, _server, _logger) = (options, folder, server, logger);

    /// <summary>How to connect, as the cluster's superuser. It stays the same for the life of this object.</summary>
    public string ConnectionString => _server.ConnectionStringFor(_options.Database);

    /// <summary>The loopback port.</summary>
    public int Port => _server.Port;

    /// <summary>Where the cluster really is, which may not be where it was asked to be.</summary>
    public string Folder => _folder.Root;

    /// <summary>The server's process.</summary>
    public Task<int?> FindServerProcessAsync(CancellationToken cancellationToken) =>
        Postmaster.FindAsync(_folder.Data, cancellationToken);

    public static async Task<PrivateCluster> StartAsync(
        PrivateClusterOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
            throw new PrivateClusterException("Private clusters need a Unix. Give a connection string, or use Docker.");

        var account = await ClusterAccount.ChooseAsync(cancellationToken);
        var folder = await ClusterFolder.OpenAsync(options.DataFolder, account, logger, cancellationToken);
        try
        {
            var server = await PrepareAsync(options, folder, account, logger, cancellationToken);
            var cluster = new PrivateCluster(options, folder, server, logger);
            await cluster.StartServerAsync(cancellationToken);
            return cluster;
        }
        catch
        {
            if (options.RemoveAtEnd)
                folder.Delete();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Stops the server; <see cref="StartAgainAsync"/> brings it back.</summary>
    /// <param name="immediate">Without a checkpoint, as a crash would; the next start recovers.</param>
    /// <param name="cancellationToken">Ends the wait, not the stop.</param>
    public async Task StopAsync(bool immediate, CancellationToken cancellationToken)
    {
        await _server.StopAsync(immediate, cancellationToken);
        PrivateClusterLog.Stopped(_logger, Folder);
    }

    /// <summary>Starts a stopped server, on the port that it had.</summary>
    public Task StartAgainAsync(CancellationToken cancellationToken) => StartServerAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await StopAsync(immediate: false, CancellationToken.None);
        if (_options.RemoveAtEnd)
            _folder.Delete();
        _folder.Dispose();
    }

    private static async Task<ClusterServer> PrepareAsync(
        PrivateClusterOptions options,
        ClusterFolder folder,
        ClusterAccount account,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        await Postmaster.ClearAsync(folder.Data, logger, cancellationToken);
        if (options.Fresh)
        {
            PrivateClusterLog.StartingOver(logger, folder.Root);
            folder.DeleteData();
        }
        var binaries = await ClusterCreation.FindBinariesAsync(options, folder, account, cancellationToken);
        if (folder.Major is null)
        {
            PrivateClusterLog.MakingCluster(logger, binaries.Major, folder.Root);
            await ClusterCreation.RunAsync(options, folder, account, binaries, cancellationToken);
        }
        return new ClusterServer(options, folder, account, binaries, logger);
    }

    private async Task StartServerAsync(CancellationToken cancellationToken)
    {
        await _server.StartAsync(cancellationToken);
        await using var connection = new NpgsqlConnection(_server.ConnectionStringFor("postgres") + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var exists = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection);
        exists.Parameters.Add(new NpgsqlParameter { Value = _options.Database });
        if (await exists.ExecuteScalarAsync(cancellationToken) is not null)
            return;
        var name = new NpgsqlCommandBuilder().QuoteIdentifier(_options.Database);
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await create.ExecuteNonQueryAsync(cancellationToken);
    }
}
