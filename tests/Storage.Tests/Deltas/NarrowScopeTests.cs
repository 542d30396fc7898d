using KhsCrm.V1;
using Xunit;

namespace KhsCrm.Storage.Tests.Deltas;

/// <summary>What a worker is sent when there is nothing for them, or nothing any more.</summary>
public sealed class NarrowScopeTests
{
    [Fact]
    public async Task A_worker_who_asks_only_for_what_is_the_owners_gets_nothing()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var job = await database.AddJobAsync(await database.AddCustomerAsync());
        await database.AssignAsync(job, database.Worker);
        var device = database.Device(database.Worker, 1, EntityType.ActivityLog);

        await device.SyncAsync();
        await database.RunAsync("UPDATE jobs SET title = 'x'");
        await device.SyncAsync();

        Assert.Empty(device.Rows);
    }

    [Fact]
    public async Task A_worker_is_told_of_no_deletion_from_before_the_job_was_theirs()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var customer = await database.AddCustomerAsync();
        var (gained, kept) = (await database.AddJobAsync(customer), await database.AddJobAsync(customer));
        await database.AssignAsync(kept, database.Worker);
        var (never, had) = (await database.AddMaterialAsync(gained), await database.AddMaterialAsync(kept));
        var device = database.Device(database.Worker);
        await device.SyncAsync();

        await database.RunAsync($"DELETE FROM materials WHERE id = '{never}'");
        await database.AssignAsync(gained, database.Worker);
        // The assignment ends and begins anew: what was deleted meanwhile the device still has.
        await database.UnassignAsync(kept, database.Worker);
        await database.RunAsync($"DELETE FROM materials WHERE id = '{had}'");
        await database.AssignAsync(kept, database.Worker);
        await device.SyncAsync();

        Assert.DoesNotContain((EntityType.Material, $"{had}"), device.Rows.Keys);
        Assert.DoesNotContain(device.Received, change => change.Deleted?.EntityId == $"{never}");
    }
}
