using Grpc.Net.Client;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Live;

/// <summary>Promise 7: what a device does not read, the server does not keep, however much goes by.</summary>
[Collection(AloneCollection.Name)]
public sealed class SlowDeviceMemoryTests
{
    private const int Rows = 1_000;
    private const int Rounds = 100;
    private const string Parent = "00000000-0000-7000-8000-0000000000aa";

    // 100,000 changes of 700 bytes would be 70 MB; the queue of a stream holds 2.
    private const long MostGrowth = 24_000_000;

    [Fact]
    public async Task While_100_000_changes_pass_a_device_that_does_not_read_memory_stays_flat_and_others_are_served()
    {
        await using var server = await RunningServer.StartAsync();
        // What the trail keeps of each change is not what is measured here.
        await server.RunAsync(
            $"""
            ALTER TABLE materials DISABLE TRIGGER audit_materials_update;
            INSERT INTO customers (id, name, address) VALUES ('{Parent}', 'c', 'a');
            INSERT INTO jobs (id, title, customer_id, created_by_id) VALUES ('{Parent}', 'j', '{Parent}', '{RunningServer.OwnerId}');
            INSERT INTO materials (job_id, item_name, added_by_id)
                SELECT '{Parent}', 'm' || n, '{RunningServer.OwnerId}' FROM generate_series(1, {Rows}) n
            """);
        var owner = await server.OwnerAsync();
        using var channel = GrpcChannel.ForAddress(server.Address);
        using var slow = new SyncService.SyncServiceClient(channel).SyncStream(owner, cancellationToken: RunningServer.Cancellation);
        using var fast = server.OpenStream(owner);
        await slow.CatchUpAsync();
        await fast.CatchUpAsync();
        await PassAsync(0);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var round = 1; round <= Rounds; round++)
            await PassAsync(round);

        var growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.InRange(growth, long.MinValue, MostGrowth);
        TestContext.Current.TestOutputHelper?.WriteLine($"grew by {growth:N0} bytes");

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

        // A window of the pump; the fast device has all of it before the next.
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
