using System.Diagnostics;

namespace KhsCrm.Development.Postgres;

/// <summary>The server that a data folder's <c>postmaster.pid</c> speaks of, which may be long gone.</summary>
internal static class Postmaster
{
    private static readonly TimeSpan FastStopLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ImmediateStopLimit = TimeSpan.FromSeconds(15);

    /// <summary>The process of the server that runs on the folder, or null if none does.</summary>
    public static async Task<int?> FindAsync(string dataFolder, CancellationToken cancellationToken)
    {
        var pid = ReadPid(dataFolder);
        if (pid is null)
            return null;
        var commandLine = await ReadCommandLineAsync(pid.Value, cancellationToken);
        return commandLine.Contains(dataFolder, StringComparison.Ordinal) ? pid : null;
    }

    /// <summary>Stops a server that lost its owner, and removes a file that keeps a new one from starting.</summary>
    public static async Task ClearAsync(string dataFolder, ILogger logger, CancellationToken cancellationToken)
    {
        if (await FindAsync(dataFolder, cancellationToken) is { } pid)
        {
            PrivateClusterLog.StoppingOrphan(logger, pid, dataFolder);
            if (!await StopAsync(pid, "INT", FastStopLimit, cancellationToken)
                && !await StopAsync(pid, "QUIT", ImmediateStopLimit, cancellationToken))
                throw new PrivateClusterException($"PostgreSQL process {pid} runs on {dataFolder} and does not stop.");
        }
        else if (ReadPid(dataFolder) is { } reused && await IsAliveAsync(reused, cancellationToken))
        {
            // The number went to another program. PostgreSQL would believe that program to be the server. A file with
            // a dead number stays: with it PostgreSQL finds out whether old backends still use the shared memory.
            File.Delete(PidFile(dataFolder));
        }
    }

    private static async Task<bool> StopAsync(
        int pid, string signal, TimeSpan limit, CancellationToken cancellationToken)
    {
        await Command.RunAsync(["sh", "-c", "kill -s \"$1\" \"$2\"", "sh", signal, $"{pid}"], cancellationToken);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limit);
        try
        {
            using var process = Process.GetProcessById(pid);
            await process.WaitForExitAsync(timeout.Token);
            return true;
        }
        catch (ArgumentException)
        {
            return true; // Already gone.
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static int? ReadPid(string dataFolder)
    {
        try
        {
            var first = File.ReadLines(PidFile(dataFolder)).FirstOrDefault();
            return int.TryParse(first, out var pid) ? Math.Abs(pid) : null;
        }
        catch (IOException)
        {
            return null; // Not there, or gone this moment.
        }
    }

    private static async Task<bool> IsAliveAsync(int pid, CancellationToken cancellationToken) =>
        (await ReadCommandLineAsync(pid, cancellationToken)).Length > 0;

    private static async Task<string> ReadCommandLineAsync(int pid, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
            return (await Command.RunAsync(["ps", "-o", "args=", "-p", $"{pid}"], cancellationToken)).Output.Trim();
        try
        {
            return await File.ReadAllTextAsync($"/proc/{pid}/cmdline", cancellationToken);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static string PidFile(string dataFolder) => Path.Combine(dataFolder, "postmaster.pid");
}
