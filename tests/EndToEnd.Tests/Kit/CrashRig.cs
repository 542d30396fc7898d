using KhsCrm.TestKit;
using Npgsql;
using Xunit;

namespace KhsCrm.EndToEnd.Tests.Kit;

/// <summary>A PostgreSQL server and a KhsCrm server, both processes of the test's own, to be killed and started again.</summary>
internal sealed class CrashRig : IAsyncDisposable
{
    private readonly RestartableServer _postgres;
    private ChildProcess _server;

    private CrashRig(RestartableServer postgres, ChildProcess server, string url)
    {
        (_postgres, _server, Url) = (postgres, server, url);
        // A crashed server leaves broken connections behind: each question takes a new one.
        DataSource = NpgsqlDataSource.Create($"{postgres.ConnectionString};Pooling=false");
    }

    public string Url { get; }

    public string ConnectionString => _postgres.ConnectionString;

    public NpgsqlDataSource DataSource { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<CrashRig> StartAsync()
    {
        var postgres = await RestartableServer.StartAsync(Cancellation);
        var server = Launch(postgres, port: 0);
        return new CrashRig(postgres, server, await UrlAsync(server));
    }

    /// <summary>Kills the KhsCrm server.</summary>
    public async Task KillServerAsync()
    {
        await _server.SignalAsync("KILL");
        await _server.WaitForExitAsync();
        await _server.DisposeAsync();
    }

    public async Task StartServerAsync()
    {
        _server = Launch(_postgres, new Uri(Url).Port);
        await UrlAsync(_server);
    }

    /// <summary>Stops PostgreSQL as a crash would.</summary>
    public Task KillPostgresAsync() => _postgres.StopAsync(immediate: true, Cancellation);

    /// <summary>Kills one backend with SIGKILL, so that PostgreSQL restarts all of them; returns when it answers again.</summary>
    public Task KillBackendAsync() => _postgres.KillBackendAsync(Cancellation);

    public Task StartPostgresAsync() => _postgres.StartAgainAsync(Cancellation);

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    public async Task<HashSet<string>> IdsAsync(string sql)
    {
        await using var command = DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        HashSet<string> ids = [];
        while (await reader.ReadAsync(Cancellation))
            ids.Add($"{reader.GetGuid(0)}");
        return ids;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await DataSource.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    private static ChildProcess Launch(RestartableServer postgres, int port) => ChildProcess.Start(
        "KhsCrm.Development.dll",
        ["--port", $"{port}", "--http-port", "0", "--connection", postgres.ConnectionString, "--customers", "1", "--jobs", "1", "--materials", "1"]);

    private static async Task<string> UrlAsync(ChildProcess process) => (await process.WaitForLineAsync("ready "))["ready ".Length..];
}
