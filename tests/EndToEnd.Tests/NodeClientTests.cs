using KhsCrm.EndToEnd.Tests.Kit;
using Xunit;

namespace KhsCrm.EndToEnd.Tests;

/// <summary>The proof from outside .NET: a program that has nothing but the protos uses every service and a stream.</summary>
public sealed class NodeClientTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "node-client");

    [Fact]
    public async Task A_node_program_signs_in_calls_each_service_and_syncs_over_a_stream()
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules")))
            await RunAsync("npm", "ci", "--prefix", Folder, "--no-audit", "--no-fund", "--ignore-scripts");
        await using var service = await Service.StartAsync();

        var output = await RunAsync(
            "node", Path.Combine(Folder, "main.js"), new Uri(service.Url).Authority,
            Path.Combine(AppContext.BaseDirectory, "protos"), Path.Combine(AppContext.BaseDirectory, "google-protos"));

        Assert.Contains("ok SyncService.SyncStream", output, StringComparison.Ordinal);
        Assert.Equal(1, await service.ScalarAsync<long>("SELECT count(*) FROM customers WHERE name = 'Pushed by Node'"));
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        await using var process = ChildProcess.StartProgram(program, arguments);
        var exitCode = await process.WaitForExitAsync();
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)}: exit code {exitCode}\n{process.Output}\n{process.Errors}");
        return process.Output;
    }
}
