using Xunit;

namespace KhsCrm.Storage.Tests.Deltas;

/// <summary>A worker's device is in the middle of a window while jobs leave their scope, come back or go for good: nothing is left on it.</summary>
public sealed class LostBetweenPagesTests
{
    [Fact]
    public async Task A_lost_job_that_is_deleted_before_its_withdrawal_was_sent_is_withdrawn()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var (lost, _) = await AddAsync(database);
        var device = database.Device(database.Worker, pageSize: 1);
        await device.SyncAsync();
        await database.UnassignAsync(lost, database.Worker);

        await device.SyncAsync(page => page == 1 ? database.RunAsync($"DELETE FROM jobs WHERE id = '{lost}'") : Task.CompletedTask);
        await EndsLikeANewOneAsync(database, device);
    }

    [Fact]
    public async Task A_lost_job_that_is_assigned_again_before_its_withdrawal_was_sent_keeps_nothing_that_went_meanwhile()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var (lost, material) = await AddAsync(database);
        var device = database.Device(database.Worker, pageSize: 1);
        await device.SyncAsync();
        await database.UnassignAsync(lost, database.Worker);

        await device.SyncAsync(async page =>
        {
            if (page != 1)
                return;
            await database.RunAsync($"DELETE FROM materials WHERE id = '{material}'");
            await database.AssignAsync(lost, database.Worker);
        });
        await EndsLikeANewOneAsync(database, device);
    }

    [Fact]
    public async Task What_went_from_a_job_is_told_though_the_job_is_lost_for_the_time_of_a_page()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var (job, material) = await AddAsync(database);
        var device = database.Device(database.Worker, pageSize: 1);
        await device.SyncAsync();
        await database.RunAsync($"UPDATE users SET name = 'Another' WHERE id = '{database.OtherWorker}'");
        await database.RunAsync($"DELETE FROM materials WHERE id = '{material}'");

        Assert.False((await device.ReadAsync())!.Checkpoint);
        await database.UnassignAsync(job, database.Worker);
        await device.ReadAsync();
        await database.AssignAsync(job, database.Worker);
        await EndsLikeANewOneAsync(database, device);
    }

    private static async Task<(Guid Job, Guid Material)> AddAsync(SyncedDatabase database)
    {
        var job = await database.AddJobAsync(await database.AddCustomerAsync());
        await database.AssignAsync(job, database.Worker);
        return (job, await database.AddMaterialAsync(job));
    }

    private static async Task EndsLikeANewOneAsync(SyncedDatabase database, DeltaDevice device)
    {
        await device.SyncAsync();
        var fresh = database.Device(database.Worker);
        await fresh.SyncAsync();
        Assert.Equal(fresh.Rows.OrderBy(row => row.Key), device.Rows.OrderBy(row => row.Key));
    }
}
