using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace KhsCrm.Development.Postgres;

/// <summary>The server process of a cluster: starts, answers, stops, and may start again.</summary>
internal sealed class ClusterServer(
    PrivateClusterOptions options,
    ClusterFolder folder,
    ClusterAccount account,
    PostgresBinaries binaries,
    ILogger logger)
{
    private const int LogTail = 30;
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    // What another program, or the backends of a server just killed, may cause for a moment.
    private static readonly string[] Passing =
    [
        "could not bind",
        "could not create any TCP/IP sockets",
        "pre-existing shared memory block",
        "lock file \"postmaster.pid\"",
    ];

    private readonly string _password = folder.ReadPassword();
    private ClusterGuard? _guard;

    public int Port { get; private set; } = options.Port;

    public string ConnectionStringFor(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = IPAddress.Loopback.ToString(),
        Port = Port,
        Username = ClusterCreation.Superuser,
        Password = _password,
        Database = database,
        SslMode = SslMode.Disable,
    }.ConnectionString;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.StartLimit);
        var keepPort = Port != 0;
        while (true)
        {
            if (!keepPort)
                Port = FreePort();
            if (await TryStartAsync(limit.Token, cancellationToken))
                break;
            var tail = ReadLogTail();
            var passing = Passing.FirstOrDefault(reason => tail.Contains(reason, StringComparison.Ordinal));
            if (passing is null || limit.IsCancellationRequested)
                throw new PrivateClusterException(
                    $"PostgreSQL did not start in {folder.Root}. Its log ends with:\n{tail}");
            PrivateClusterLog.StartingAgain(logger, passing);
            await Task.Delay(PollInterval * 10, cancellationToken);
        }
        PrivateClusterLog.Started(logger, binaries.Major, Port, folder.Root);
    }

    public async Task StopAsync(bool immediate, CancellationToken cancellationToken)
    {
        if (_guard is null)
            return;
        await _guard.StopAsync(immediate, cancellationToken);
        await _guard.DisposeAsync();
        _guard = null;
    }

    // False when the server ended or took too long; its log says why.
    private async Task<bool> TryStartAsync(CancellationToken limit, CancellationToken cancellationToken)
    {
        await StopAsync(immediate: true, cancellationToken);
        await File.WriteAllTextAsync(folder.LogFile, "", cancellationToken);
        if (options.RemoveAtEnd)
            await account.TakeAsync(folder.Root, cancellationToken); // The guard runs as this user and will remove it.
        string[] server = [binaries.Postgres, "-D", folder.Data, .. Settings()];
        _guard = ClusterGuard.Start(account, folder.LogFile, options.RemoveAtEnd ? folder.Root : null, server);
        try
        {
            while (!_guard.Exited.IsCompleted)
            {
                if (await AnswersAsync(limit))
                    return true;
                await Task.WhenAny(_guard.Exited, Task.Delay(PollInterval, limit));
                limit.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException)
        {
            await StopAsync(immediate: true, CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
        }
        return false;
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionStringFor("postgres") + ";Pooling=false");
            await connection.OpenAsync(cancellationToken);
            return true;
        }
        catch (NpgsqlException)
        {
            return false; // Not listening yet, recovering, or another program's server that refuses our password.
        }
    }

    private IEnumerable<string> Settings()
    {
        var settings = new Dictionary<string, string>
        {
            ["listen_addresses"] = IPAddress.Loopback.ToString(),
            ["port"] = $"{Port}",
            ["unix_socket_directories"] = "",
            ["timezone"] = "UTC",
            ["log_timezone"] = "UTC",
        };
        foreach (var (name, value) in options.Settings)
            settings[name] = value;
        return settings.SelectMany(setting => new[] { "-c", $"{setting.Key}={setting.Value}" });
    }

    private string ReadLogTail() => string.Join('\n', File.ReadLines(folder.LogFile).TakeLast(LogTail));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
