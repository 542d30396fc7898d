using System.Diagnostics;
using System.Text;
using KhsCrm.Fuzzer.Traffic;
using KhsCrm.TestKit;
using Npgsql;

namespace KhsCrm.Fuzzer;

/// <summary>What is attacked: a server process and a PostgreSQL of this run's own.</summary>
internal sealed class FuzzTarget : IAsyncDisposable
{
    private readonly RestartableServer _postgres;
    private readonly Process _server;
    private readonly StringBuilder _errors = new();

    private FuzzTarget(RestartableServer postgres, Process server)
    {
        (_postgres, _server) = (postgres, server);
        // Backends are killed: each question takes a new connection.
        DataSource = NpgsqlDataSource.Create($"{postgres.ConnectionString};Pooling=false");
    }

    public string Url { get; private set; } = "";

    public NpgsqlDataSource DataSource { get; }

    public bool HasExited => _server.HasExited;

    /// <summary>The last of what the server logged.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
                return _errors.ToString();
        }
    }

    /// <summary>What the server logged of one request: the line that names it, and those of its exception.</summary>
    public string LogOf(string requestId)
    {
        const int MostLines = 40;
        string[] lines = Errors.Split('\n');
        var at = Array.FindIndex(lines, line => line.Contains(requestId, StringComparison.Ordinal));
        return at < 0 ? "" : string.Join('\n', lines.Skip(at).Take(MostLines));
    }

    public static async Task<FuzzTarget> StartAsync(CancellationToken cancellationToken)
    {
        // No disk is cut off: a killed backend loses what was not written, with fsync or without.
        // And only a commit flushes WAL, so that a crash undoes what is not durable as it seldom does on a real server.
        var settings = new Dictionary<string, string>
        {
            ["fsync"] = "off",
            ["max_connections"] = "200",
            ["max_wal_size"] = "4GB",
            ["wal_writer_delay"] = "10s",
            ["wal_writer_flush_after"] = "1GB",
            ["bgwriter_delay"] = "10s",
        };
        var postgres = await RestartableServer.StartAsync(settings, cancellationToken);
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "KhsCrm.Development.dll"),
                "--port", "0", "--http-port", "0", "--connection", postgres.ConnectionString,
                "--customers", "4", "--jobs", "8", "--materials", "16",
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Environment())
            start.Environment[name] = value;
        var target = new FuzzTarget(postgres, Process.Start(start)!);
        try
        {
            await target.WaitUntilReadyAsync(cancellationToken);
            return target;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills a backend while nobody writes, right after a careless write that the crash undoes.</summary>
    public async Task KillBackendAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var hush = await DataSource.OpenConnectionAsync(cancellationToken);
            await HostileSql.HushAsync(hush, cancellationToken);
            await _postgres.KillBackendAsync(HostileSql.CarelessWrite, cancellationToken);
        }
        catch (NpgsqlException)
        {
            // The other program ended one of these two connections. There is a next time.
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_server.HasExited)
            _server.Kill(entireProcessTree: true);
        await _server.WaitForExitAsync(CancellationToken.None);
        _server.Dispose();
        await DataSource.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    private static Dictionary<string, string> Environment() => new()
    {
        ["Auth__AccessTokenLifetime"] = "12:00:00",
        ["Limits__PasswordsPerAccount"] = "1000",
        ["Limits__PasswordsPerAddress"] = "1000000",
        ["Limits__RefreshesPerAccount"] = "100000",
        ["Limits__RefreshesPerAddress"] = "1000000",
        ["Limits__StreamsPerUser"] = "10000",
        ["Limits__StreamsPerAddress"] = "100000",
        ["Devices__PerUser"] = "1000000",
        ["Deferral__RetryDelay"] = "00:00:01",
        ["Retention__Interval"] = "00:01:00",
        // Locks of the other program are met all the time here.
        ["GroupCommit__LockTimeout"] = "00:00:00.02",
    };

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        _server.ErrorDataReceived += (_, line) => Keep(line.Data);
        _server.BeginErrorReadLine();
        var ready = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.OutputDataReceived += (_, line) =>
        {
            Keep(line.Data);
            if (line.Data is null)
                ready.TrySetException(new InvalidOperationException($"The server ended before it was ready:\n{Errors}"));
            else if (line.Data.StartsWith("ready ", StringComparison.Ordinal))
                ready.TrySetResult(line.Data["ready ".Length..]);
        };
        _server.BeginOutputReadLine();
        Url = await ready.Task.WaitAsync(cancellationToken);
    }

    // The last of the log is enough to see why a process ended.
    private void Keep(string? line)
    {
        lock (_errors)
        {
            _errors.AppendLine(line);
            if (_errors.Length > 1_000_000)
                _errors.Remove(0, 500_000);
        }
    }
}
