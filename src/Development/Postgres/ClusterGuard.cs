using System.Diagnostics;

namespace KhsCrm.Development.Postgres;

/// <summary>
/// A small shell process between this one and the server. It holds the read end of a pipe whose only write end is
/// here, so it learns when this process ends, even by SIGKILL, and stops the server then.
/// </summary>
internal sealed class ClusterGuard : IAsyncDisposable
{
    // In a session of its own: a Ctrl-C in the terminal is for the host, which drains its work into the server first.
    private const string Launch = """
        exec >>"$1" 2>&1; shift
        command -v setsid >/dev/null && exec setsid "$@"
        exec "$@"
        """;

    // "trap '' TERM" in the watcher: once it has begun to stop the server it finishes, cleaning up included. The
    // signal is repeated because a server that has only just been started does not listen to it yet.
    private const string Guard = """
        remove=$1; shift
        command -v setsid >/dev/null || set -m
        trap '' INT HUP
        exec 3<&0
        "$@" 3<&- </dev/null &
        server=$!
        trap 'kill -s INT $server' TERM
        {
          signal=INT
          while read -r word <&3; do
            case $word in keep) remove= ;; *) signal=$word ;; esac
          done
          trap '' TERM
          while kill -s $signal $server 2>/dev/null; do sleep 0.1; done
          [ -z "$remove" ] || rm -rf "$remove"
        } &
        watcher=$!
        while kill -0 $server 2>/dev/null; do wait $server; status=$?; done
        kill $watcher 2>/dev/null
        wait $watcher
        exit ${status:-1}
        """;

    private readonly Process _process;

    private ClusterGuard(Process process)
    {
        _process = process;
        Exited = process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Completes when the server has ended, for whatever reason.</summary>
    public Task Exited { get; }

    /// <summary>Starts the server under a guard.</summary>
    /// <param name="account">Who runs the guard and the server.</param>
    /// <param name="logFile">Where both write to.</param>
    /// <param name="orphanedFolder">What to remove should this process be gone, or null.</param>
    /// <param name="server">The server's program and arguments.</param>
    public static ClusterGuard Start(ClusterAccount account, string logFile, string? orphanedFolder, string[] server)
    {
        string[] guard = ["/bin/sh", "-c", Guard, "khscrm-postgres-guard", orphanedFolder ?? "", .. server];
        string[] arguments = ["-c", Launch, "sh", logFile, .. account.Run(guard)];
        var start = new ProcessStartInfo("/bin/sh", arguments) { RedirectStandardInput = true, WorkingDirectory = "/" };
        start.Environment["LC_ALL"] = "C";
        return new ClusterGuard(Process.Start(start)!);
    }

    /// <summary>Stops the server and waits until it has ended.</summary>
    /// <param name="immediate">Without a checkpoint, as a crash would; the next start recovers.</param>
    /// <param name="cancellationToken">Ends the wait, not the stop.</param>
    public Task StopAsync(bool immediate, CancellationToken cancellationToken)
    {
        try
        {
            // Still here to clean up, so the guard leaves the folder alone.
            _process.StandardInput.Write(immediate ? "keep\nQUIT\n" : "keep\nINT\n");
            _process.StandardInput.Close();
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            // The server ended by itself, or this is the second stop.
        }
        return Exited.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(immediate: false, CancellationToken.None);
        _process.Dispose();
    }
}
