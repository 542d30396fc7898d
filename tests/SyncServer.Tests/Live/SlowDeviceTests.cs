using Grpc.Net.Client;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Live;

/// <summary>A device that stops reading costs its own queue and nobody else anything.</summary>
public sealed class SlowDeviceTests
{
    private const int Rounds = 40;
    private const int Rows = 20;

    [Fact]
    public async Task A_device_that_stops_reading_catches_up_later_and_others_never_wait_for_it()
    {
        await using var server = await RunningServer.StartAsync(
            new() { ["Live:QueueLength"] = "4" });
        var owner = await server.OwnerAsync();
        await server.RunAsync($"INSERT INTO customers (name, address) SELECT 'c' || n, 'a' FROM generate_series(1, {Rows}) n");
        using var channel = GrpcChannel.ForAddress(server.Address);
        using var slow = new SyncService.SyncServiceClient(channel).SyncStream(owner, cancellationToken: RunningServer.Cancellation);
        using var fast = server.OpenStream(owner);
        await slow.CatchUpAsync();
        await fast.CatchUpAsync();

        // Each round is 160 KB in 20 rows; the slow device reads none of the 6 MB.
        for (var round = 0; round < Rounds; round++)
        {
            var mark = $"round {round} ";
            await server.RunAsync($"UPDATE customers SET notes = '{mark}' || repeat(md5('{round}'), 250)");
            await fast.ReadUntilAsync(change => change.Entity?.Customer?.Notes.StartsWith(mark, StringComparison.Ordinal) == true);
        }

        var last = $"round {Rounds - 1} ";
        var received = 0;
        Dictionary<string, string> notes = [];
        while (notes.Count < Rows || notes.Values.Any(text => !text.StartsWith(last, StringComparison.Ordinal)))
        {
            foreach (var change in (await slow.ReadToCheckpointAsync()).Where(change => change.Entity?.Customer is not null))
            {
                received++;
                notes[change.Entity.Customer.Id] = change.Entity.Customer.Notes;
            }
        }

        // What it missed was dropped, not kept for it: it took the rows as they are, not all their versions.
        Assert.InRange(received, Rows, Rounds * Rows / 2);
        await server.RunAsync("INSERT INTO customers (name, address) VALUES ('after', 'a')");
        await slow.ReadUntilAsync(change => change.Entity?.Customer?.Name == "after");
    }
}
