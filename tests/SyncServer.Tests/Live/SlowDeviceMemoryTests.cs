using Grpc.Core;
using Grpc.Net.Client;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Live;

/// <summary>Promise 7: what a device does not read, the server does not keep, however much goes by.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class SlowDeviceMemoryTests
{
    private const int Rows = 1_000;
    private const string Parent = "00000000-0000-7000-8000-0000000000aa";

    // 100,000 changes of 700 bytes are 70 MB; the queue of a stream holds 2.
    private const long MostGrowth = 24_000_000;

    [Fact]
    public async Task While_100_000_changes_pass_a_device_that_does_not_read_memory_stays_flat_and_others_are_served()
    {
        const int Rounds = 100;
        await using var server = await StartAsync([]);
        using var channel = GrpcChannel.ForAddress(server.Address);
        using var slow = await OpenAsync(server, channel);

        Assert.InRange(await GrowthAsync(server, Rounds), long.MinValue, MostGrowth);

        Dictionary<string, string> notes = [];
        var received = 0;
        while (notes.Count < Rows || notes.Values.Any(text => !text.StartsWith($"round {Rounds} ", StringComparison.Ordinal)))
        {
            foreach (var change in (await slow.ReadToCheckpointAsync()).Where(change => change.Entity?.Material is not null))
            {
                received++;
                notes[change.Entity.Material.Id] = change.Entity.Material.Notes;
            }
        }

        // The rows as they are, and not all their versions.
        Assert.InRange(received, Rows, Rows * Rounds / 2);
    }

    [Fact]
    public async Task A_queue_that_kept_it_all_would_show_so_the_test_above_can_fail()
    {
        await using var server = await StartAsync(new() { ["Live:QueueLength"] = "10000", ["Live:QueueBytes"] = "67108864" });
        using var channel = GrpcChannel.ForAddress(server.Address);
        using var slow = await OpenAsync(server, channel);

        Assert.InRange(await GrowthAsync(server, 40), MostGrowth, long.MaxValue);
    }

    private static async Task<RunningServer> StartAsync(Dictionary<string, string?> settings)
    {
        settings["Live:PollInterval"] = "00:00:00.010";
        var server = await RunningServer.StartAsync(settings);
        // What the trail keeps of each change is not what is measured here.
        await server.RunAsync(
            $"""
            ALTER TABLE materials DISABLE TRIGGER audit_materials_update;
            INSERT INTO customers (id, name, address) VALUES ('{Parent}', 'c', 'a');
            INSERT INTO jobs (id, title, customer_id, created_by_id) VALUES ('{Parent}', 'j', '{Parent}', '{RunningServer.OwnerId}');
            INSERT INTO materials (job_id, item_name, added_by_id)
                SELECT '{Parent}', 'm' || n, '{RunningServer.OwnerId}' FROM generate_series(1, {Rows}) n
            """);
        return server;
    }

    private static async Task<AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse>> OpenAsync(
        RunningServer server, GrpcChannel channel)
    {
        var call = new SyncService.SyncServiceClient(channel).SyncStream(
            await server.OwnerAsync(), cancellationToken: RunningServer.Cancellation);
        await call.CatchUpAsync();
        return call;
    }

    // All rows are updated again and again, a window of the pump each time; a device that reads has each before the next.
    private static async Task<long> GrowthAsync(RunningServer server, int rounds)
    {
        using var fast = await OpenAsync(server, server.Channel);
        await PassAsync(0);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var round = 1; round <= rounds; round++)
            await PassAsync(round);
        var growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        TestContext.Current.TestOutputHelper?.WriteLine($"{rounds * Rows:N0} changes: grew by {growth:N0} bytes");
        return growth;

        async Task PassAsync(int round)
        {
            await server.RunAsync($"UPDATE materials SET notes = 'round {round} ' || repeat(md5('{round}'), 18)");
            HashSet<string> seen = [];
            while (seen.Count < Rows)
            {
                seen.UnionWith(
                    from change in await fast.ReadToCheckpointAsync()
                    where change.Entity?.Material?.Notes.StartsWith($"round {round} ", StringComparison.Ordinal) == true
                    select change.Entity.Material.Id);
            }
        }
    }
}
