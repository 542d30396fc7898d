using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using KhsCrm.Cli.Errors;

namespace KhsCrm.Cli.Tests;

public sealed class InterruptTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ctrl_C_ends_a_command_with_130_as_shells_expect()
    {
        using var khs = new Khs();
        await khs.SignInAsync();
        // Takes the call and never answers.
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        // Not deaf to Ctrl-C, as a terminal would start it, however the tests were started.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", Path.Combine(AppContext.BaseDirectory, "khs.dll"),
            "sync", "--data", khs.Folder, "--server", $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        using var call = await listener.AcceptTcpClientAsync(Ct);

        using (var kill = Process.Start("kill", ["-s", "INT", $"{process.Id}"]))
            await kill.WaitForExitAsync(Ct);

        var error = await process.StandardError.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        Assert.Contains("Interrupted; your edits are kept.", error, StringComparison.Ordinal);
        Assert.Equal((130, ExitCode.Interrupted), (process.ExitCode, ExitCode.Interrupted));
    }
}
