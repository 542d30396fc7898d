using KhsCrm.V1;
using Xunit;
using static KhsCrm.Storage.Tests.Deltas.SyncedDatabase;

namespace KhsCrm.Storage.Tests.Deltas;

/// <summary>Rows that are gone.</summary>
public sealed class DeletionTests
{
    [Fact]
    public async Task A_deleted_job_takes_its_subtree_from_the_device()
    {
        await using var database = await CreateAsync();
        var job = await database.AddJobAsync(await database.AddCustomerAsync());
        var material = await database.AddMaterialAsync(job);
        await database.AssignAsync(job, database.Worker);
        var device = database.Device();
        await device.SyncAsync();
        Assert.Contains((EntityType.Material, material.ToString()), device.Rows.Keys);

        await database.RunAsync("DELETE FROM jobs");
        await device.SyncAsync();

        Assert.All(device.Rows.Keys, key => Assert.True(key.Type is EntityType.Customer or EntityType.User));
        Assert.Single(device.Ids(EntityType.Customer));
    }

    [Fact]
    public async Task A_row_made_again_under_its_old_id_is_there_whatever_its_time()
    {
        await using var database = await CreateAsync();
        var id = await database.AddCustomerAsync();
        var device = database.Device();
        await device.SyncAsync();

        await database.RunAsync(
            $"DELETE FROM customers; INSERT INTO customers (id, name, address, updated_at) VALUES ('{id}', 'again', 'a', '2001-01-01')");
        await device.SyncAsync();

        Assert.Equal("again", device.Rows[(EntityType.Customer, id.ToString())].Customer.Name);
    }

    [Fact]
    public async Task A_device_that_has_nothing_is_told_of_no_deletions()
    {
        await using var database = await CreateAsync();
        await database.AddCustomerAsync();
        await database.RunAsync("DELETE FROM customers");
        var device = database.Device();

        await device.SyncAsync();

        Assert.DoesNotContain(device.Received, change => change.Deleted is not null);
    }
}
