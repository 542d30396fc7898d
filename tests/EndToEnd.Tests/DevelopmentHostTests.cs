using KhsCrm.EndToEnd.Tests.Kit;
using Xunit;

namespace KhsCrm.EndToEnd.Tests;

/// <summary>What <c>scripts/run</c> starts, with its private PostgreSQL cluster.</summary>
public sealed class DevelopmentHostTests
{
    [Theory]
    [InlineData("INT")]
    [InlineData("KILL")]
    public async Task It_serves_and_leaves_no_process_behind_however_it_ends(string signal)
    {
        var folder = Directory.CreateTempSubdirectory("khs-dev-");
        var port = "";
        try
        {
            await using var host = ChildProcess.Start(
                "KhsCrm.Development.dll",
                ["--port", "0", "--data", folder.FullName, "--customers", "2", "--jobs", "2", "--materials", "2"]);
            var line = await host.WaitForLineAsync("PostgreSQL on 127.0.0.1:");
            port = line["PostgreSQL on 127.0.0.1:".Length..].Split(',')[0];
            await host.WaitForLineAsync("ready http://127.0.0.1:");
            Assert.True(await IsServingAsync(port));

            await host.SignalAsync(signal);
            await host.WaitForExitAsync();

            while (await IsServingAsync(port))
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<bool> IsServingAsync(string port)
    {
        using var client = new System.Net.Sockets.TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", int.Parse(port, System.Globalization.CultureInfo.InvariantCulture));
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
