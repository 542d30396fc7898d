using KhsCrm.Development.Postgres;
using Microsoft.Extensions.Logging.Abstractions;

namespace KhsCrm.TestKit;

/// <summary>
/// A server of one test's own, from this machine's binaries, for tests that stop or crash it. It keeps its port and its
/// data over a restart.
/// </summary>
public sealed class RestartableServer : IAsyncDisposable
{
    private readonly PrivateCluster _cluster;

    private RestartableServer(PrivateCluster cluster) => _cluster = cluster;

    /// <summary>Connects as a superuser to an empty database.</summary>
    public string ConnectionString => _cluster.ConnectionString;

    /// <summary>The loopback port.</summary>
    public int Port => _cluster.Port;

    /// <summary>Starts a server that is as durable as a real one, in a folder that goes with it.</summary>
    public static Task<RestartableServer> StartAsync(CancellationToken cancellationToken) =>
        StartAsync(
            ClusterPath.New(), removeAtEnd: true, cancellationToken);

    /// <summary>Starts a server with settings of the test's own.</summary>
    public static async Task<RestartableServer> StartAsync(
        IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var options = new PrivateClusterOptions
        {
            DataFolder = ClusterPath.New(),
            RemoveAtEnd = true,
            Settings = settings,
        };
        return new RestartableServer(await PrivateCluster.StartAsync(options, NullLogger.Instance, cancellationToken));
    }

    /// <summary>Starts a server in a folder of the caller's choice.</summary>
    public static async Task<RestartableServer> StartAsync(
        string folder, bool removeAtEnd, CancellationToken cancellationToken)
    {
        var options = new PrivateClusterOptions { DataFolder = folder, RemoveAtEnd = removeAtEnd };
        return new RestartableServer(await PrivateCluster.StartAsync(options, NullLogger.Instance, cancellationToken));
    }

    /// <summary>Stops the server; immediately means as a crash would.</summary>
    public Task StopAsync(bool immediate, CancellationToken cancellationToken) =>
        _cluster.StopAsync(immediate, cancellationToken);

    /// <summary>
    /// Kills one backend, as the OOM killer would: PostgreSQL ends all the others and recovers. Returns once it answers.
    /// </summary>
    public Task KillBackendAsync(CancellationToken cancellationToken) => KillBackendAsync(lastWrite: "", cancellationToken);

    /// <summary>The same, with something written at the last moment before.</summary>
    public Task KillBackendAsync(string lastWrite, CancellationToken cancellationToken) =>
        KilledBackend.RunAsync(ConnectionString, lastWrite, cancellationToken);

    /// <summary>Starts the stopped server again.</summary>
    public Task StartAgainAsync(CancellationToken cancellationToken) => _cluster.StartAgainAsync(cancellationToken);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
