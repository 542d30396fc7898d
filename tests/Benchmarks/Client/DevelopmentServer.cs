using System.Diagnostics;

namespace KhsCrm.Benchmarks.Client;

/// <summary>The server as a process of its own, so that its memory and its work are not counted as the client's.</summary>
internal sealed class DevelopmentServer : IDisposable
{
    private readonly Process _process;

    private DevelopmentServer(Process process, string url) => (_process, Url) = (process, url);

    public string Url { get; }

    /// <summary>Starts it on a database, which gets the sample rows.</summary>
    public static async Task<DevelopmentServer> StartAsync(
        string connectionString, (int Customers, int Jobs, int Materials) size, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in new[]
        {
            Path.Combine(AppContext.BaseDirectory, "KhsCrm.Development.dll"), "--port", "0",
            "--connection", connectionString, "--customers", $"{size.Customers}", "--jobs", $"{size.Jobs}",
            "--materials", $"{size.Materials}",
        })
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (!line.StartsWith("ready ", StringComparison.Ordinal))
                continue;
            _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None); // Or it would block on a full pipe.
            return new DevelopmentServer(process, line["ready ".Length..]);
        }

        throw new InvalidOperationException("The server did not start.");
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
