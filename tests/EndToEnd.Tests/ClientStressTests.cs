using System.Collections.Concurrent;
using System.Globalization;
using KhsCrm.EndToEnd.Tests.Kit;
using Xunit;

namespace KhsCrm.EndToEnd.Tests;

/// <summary>
/// Two devices over a network that cuts, resets and goes silent: their clients are started, stopped, cancelled and closed at
/// random, users change, and two more processes edit and sync one of the folders. In the end nothing hangs, every edit that was
/// answered is on the server, and the devices are equal to it and verify as equal. scripts/soak runs the same for ten minutes.
/// </summary>
public sealed class ClientStressTests
{
    private static readonly int Seconds =
        int.Parse(Environment.GetEnvironmentVariable("KHSCRM_STRESS_SECONDS") ?? "60", CultureInfo.InvariantCulture);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_is_done_to_a_client_ends_and_loses_nothing()
    {
        await using var service = await Service.StartAsync();
        await using var proxy = new FaultyProxy(service.Url, seed: 3);
        await using var shared = new StressedFolder(proxy.Address, new Random(1));
        await using var other = new StressedFolder(proxy.Address, new Random(2));
        ConcurrentQueue<string> ofProcesses = [];
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        foreach (var folder in new[] { shared, other })
        {
            await folder.OpenAsync();
            await folder.SignInAsOwnerAsync();
        }

        enough.CancelAfter(TimeSpan.FromSeconds(Seconds));
        await Task.WhenAll(
            StressAsync(shared, enough.Token), StressAsync(other, enough.Token),
            RunProcessesAsync(shared.Path, ofProcesses, enough.Token, "customers", "add", "--name", "Process", "--address", "2 Stress Street"),
            RunProcessesAsync(shared.Path, [], enough.Token, "sync"));
        proxy.Heal();

        foreach (var folder in new[] { shared, other })
        {
            await folder.FinishAsync();
            await folder.SignInAsOwnerAsync();
            await folder.Client.SyncAsync(Cancellation);
            Assert.Empty(await folder.Client.Outbox.ListAsync(cancellationToken: Cancellation));
        }

        foreach (var folder in new[] { shared, other })
        {
            var report = await folder.Client.VerifyAsync(Cancellation);
            Assert.Equal((true, 0), (report.IsEqual, report.Repaired));
            await new OwnerMember("Stressed", folder.Client, "").SettlesOnAsync(() => service.RowsAsync());
        }

        var held = await service.RowsAsync();
        var answered = shared.Added.Concat(other.Added).Concat(ofProcesses).ToList();
        Assert.NotEmpty(answered);
        Assert.DoesNotContain(answered, id => !held.Any(line => line.StartsWith($"customer {id} ", StringComparison.Ordinal)));
    }

    private static Task StressAsync(StressedFolder folder, CancellationToken enough) => Task.Run(
        async () =>
        {
            while (!enough.IsCancellationRequested)
                await folder.ActAsync();
        },
        Cancellation);

    // A process for each command; whether it is signed in, or the folder in use, is the others' doing.
    private static async Task RunProcessesAsync(string folder, ConcurrentQueue<string> added, CancellationToken enough, params string[] command)
    {
        while (!enough.IsCancellationRequested)
        {
            await using var process = ChildProcess.Start("khs.dll", [.. command, "--data", folder, "--json"]);
            var exitCode = await process.WaitForExitAsync();
            Assert.InRange(exitCode, 0, 5);
            if (exitCode == 0 && command[0] == "customers")
                added.Enqueue((string)System.Text.Json.Nodes.JsonNode.Parse(process.Output)!["id"]!);
        }
    }
}
