using System.Diagnostics;
using KhsCrm.Development.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Development;

/// <summary>What becomes of a server whose process is killed, interrupted, or loses its guard as well.</summary>
public sealed class OrphanedClusterTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"khscrm-orphan-tests-{Guid.NewGuid():N}");
    private string _connectionString = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(_folder, "pgdata");

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_killed_process_leaves_no_server_behind()
    {
        using var holder = await HoldAsync();
        using var server = await ServerAsync();

        holder.Kill();

        await server.WaitForExitAsync(Cancellation);
        await using var next = await StartAsync();
        Assert.NotEqual(server.Id, await next.FindServerProcessAsync(Cancellation));
    }

    [Fact]
    public async Task A_killed_process_leaves_no_temporary_folder_behind()
    {
        using var holder = await HoldAsync("remove");
        using var guard = await GuardAsync();

        holder.Kill();

        await guard.WaitForExitAsync(Cancellation);
        Assert.False(Directory.Exists(_folder));
    }

    [Fact]
    public async Task Ctrl_C_leaves_the_server_to_the_host()
    {
        using var holder = await HoldAsync();
        using var server = await ServerAsync();

        // What a terminal does: the signal goes to every process of the host's group.
        await Command.RunAsync(["sh", "-c", "kill -s INT -- -\"$1\"", "sh", $"{holder.Id}"], Cancellation);

        Assert.Equal("interrupted", await holder.StandardOutput.ReadLineAsync(Cancellation));
        await using (var connection = new NpgsqlConnection(_connectionString + ";Pooling=false"))
            await connection.OpenAsync(Cancellation);
        holder.StandardInput.Close();
        await holder.WaitForExitAsync(Cancellation);
        Assert.True(server.HasExited);
    }

    [Fact]
    public async Task A_server_that_lost_its_guard_too_is_stopped_by_the_next_start()
    {
        using var holder = await HoldAsync();
        using var server = await ServerAsync();
        // The guard leads a session that holds its watcher and the server; only the server is spared.
        using var guard = await GuardAsync();
        var guards = await Command.RunAsync(
            ["sh", "-c", "pkill -KILL -s \"$1\" -f khscrm-postgres-guard", "sh", $"{guard.Id}"], Cancellation);
        Assert.True(guards.Succeeded, guards.Output);
        holder.Kill();
        await holder.WaitForExitAsync(Cancellation);
        Assert.False(server.HasExited);

        await using var next = await StartAsync();

        Assert.True(server.HasExited);
    }

    private Task<PrivateCluster> StartAsync() =>
        PrivateCluster.StartAsync(new() { DataFolder = _folder }, NullLogger.Instance, Cancellation);

    private async Task<Process> HoldAsync(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "KhsCrm.ClusterHolder.dll");
        // In a group of its own and not deaf to Ctrl-C, as a terminal would start it, however the tests were started.
        var start = new ProcessStartInfo(
            "env", ["--default-signal=INT", "setsid", "dotnet", "exec", program, _folder, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var holder = Process.Start(start)!;
        var up = await holder.StandardOutput.ReadLineAsync(Cancellation);
        Assert.StartsWith("up ", up, StringComparison.Ordinal);
        _connectionString = up!["up ".Length..];
        return holder;
    }

    private async Task<Process> ServerAsync() =>
        Process.GetProcessById((await Postmaster.FindAsync(Data, Cancellation))!.Value);

    private async Task<Process> GuardAsync()
    {
        using var server = await ServerAsync();
        var parent = await Command.RunAsync(["ps", "-o", "ppid=", "-p", $"{server.Id}"], Cancellation);
        return Process.GetProcessById(int.Parse(parent.Output.Trim()));
    }
}
