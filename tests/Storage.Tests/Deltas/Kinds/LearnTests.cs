using Google.Protobuf;
using KhsCrm.Storage.Deltas;
using KhsCrm.V1;
using Xunit;
using static KhsCrm.Storage.Tests.Deltas.Kinds.TwoVersions;

namespace KhsCrm.Storage.Tests.Deltas.Kinds;

/// <summary>An app that learns a kind, or wants one again, gets its rows, loses those that were deleted, and is sent nothing else.</summary>
public sealed class LearnTests
{
    [Theory]
    [InlineData(false, 1_000)]
    [InlineData(false, 2)]
    [InlineData(true, 1_000)]
    [InlineData(true, 2)]
    public async Task A_kind_that_an_app_learns_comes_whole_and_alone(bool isWorker, int pageSize)
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var job = await SeedAsync(database);
        var device = database.App(OldApp, isWorker ? database.Worker : null);
        await device.SyncAsync();

        device.Server = database.NewServer(pageSize);
        device.Install(NewApp);
        await device.SyncAsync();

        var expected = await database.IdsAsync(
            $"SELECT id FROM job_status_history WHERE {(isWorker ? $"job_id = '{job}'" : "true")}");
        Assert.NotEmpty(expected);
        Assert.True(expected.SetEquals(device.Ids(New)));
        Assert.Equal(expected.Count, device.Received.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_kind_that_was_left_and_is_wanted_again_brings_what_changed_since(bool isWorker)
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var job = await SeedAsync(database);
        var device = database.App(NewApp, isWorker ? database.Worker : null);
        await device.SyncAsync();
        var left = device.Ids(New).Count();
        device.Install(OldApp);
        await database.MoveAsync(job);
        await device.SyncAsync();
        await database.RunAsync(
            $"DELETE FROM job_status_history WHERE id IN (SELECT id FROM job_status_history WHERE job_id = '{job}' ORDER BY changed_at LIMIT 1)");
        await device.SyncAsync();

        device.Install(NewApp);
        await device.SyncAsync();

        Assert.Equal(2, device.Received.Count);
        Assert.Equal(left, device.Ids(New).Count());
    }

    [Fact]
    public async Task A_kind_whose_deletions_are_forgotten_begins_anew_and_the_others_go_on()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var device = await LeftLongAgoAsync(database);

        device.Install(NewApp);
        await device.SyncAsync();

        var expected = await database.IdsAsync("SELECT id FROM job_status_history");
        Assert.True(expected.SetEquals(device.Ids(New)));
        Assert.Equal(expected.Count, device.Received.Count);
    }

    [Fact]
    public async Task A_kind_that_came_anew_and_is_left_amid_the_next_window_keeps_nothing_that_is_gone()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var device = await LeftLongAgoAsync(database);
        device.Server = database.NewServer(pageSize: 1);
        device.Install(NewApp);
        do
            Assert.False((await device.ReadAsync())!.Checkpoint);
        while (Cursor.Parse(device.Cursor.Memory)!.IsInsideWindow);
        for (var i = 0; i < 3; i++)
            await database.AddCustomerAsync();
        await device.ReadAsync();
        Assert.True(Cursor.Parse(device.Cursor.Memory)!.IsInsideWindow);

        device.Install(OldApp);
        await device.SyncAsync();
        device.Install(NewApp);
        await device.SyncAsync();

        Assert.Equal((await database.IdsAsync("SELECT id FROM job_status_history")).Order(), device.Ids(New).Order());
    }

    [Fact]
    public async Task An_app_that_does_not_say_that_it_obeys_takes_everything_anew()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        await SeedAsync(database);
        var device = database.App(OldApp);
        device.Scope = device.Scope with { TakesKindsAnew = false };
        await device.SyncAsync();

        device.Install(NewApp);
        await device.ReadAsync();

        Assert.Equal(ResyncReason.CursorInvalid, device.LastResync);
    }

    [Fact]
    public async Task An_app_that_names_no_kinds_gets_those_of_0_9_and_loses_none_when_it_learns_to_name_them()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        await SeedAsync(database);
        foreach (var isTwin in new[] { false, true })
        {
            // The app does not know the audit trail: what comes of it is not stored.
            var device = database.App(isTwin ? [.. KindSet.Known.ToTypes()] : []);
            await device.SyncAsync();
            Assert.Equal(isTwin, device.Received.Any(change => change.Entity?.ActivityLog is not null));
            foreach (var key in device.Rows.Keys.Where(key => key.Type == EntityType.ActivityLog).ToList())
                device.Rows.Remove(key);

            device.Install([.. KindSet.Known.ToTypes()]);
            await device.SyncAsync();

            var all = await database.IdsAsync("SELECT id FROM activity_logs");
            Assert.NotEmpty(all);
            Assert.Equal(isTwin, !all.SetEquals(device.Ids(EntityType.ActivityLog)));
        }
    }

    [Fact]
    public async Task Kinds_that_no_server_knows_are_passed_over()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        await SeedAsync(database);
        var device = database.App([.. NewApp, (EntityType)40, (EntityType)4_000, (EntityType)(-7)]);
        await device.SyncAsync();
        var nothing = database.App([(EntityType)40]);
        await nothing.SyncAsync();

        Assert.NotEmpty(device.Rows);
        Assert.Empty(nothing.Received);
    }

    // The kind that the device left has to begin anew: what was deleted of it meanwhile is forgotten.
    private static async Task<DeltaDevice> LeftLongAgoAsync(SyncedDatabase database)
    {
        var job = await SeedAsync(database);
        var device = database.App(NewApp);
        await device.SyncAsync();
        device.Install(OldApp);
        await device.SyncAsync();
        await database.RunAsync($"DELETE FROM job_status_history WHERE job_id = '{job}'; DELETE FROM tombstones");
        var cursor = Cursor.Parse(device.Cursor.Memory)!;
        device.Cursor = ByteString.CopyFrom((cursor with
        {
            Held = cursor.Held with { Behind = [cursor.Held.Behind.Single() with { TakenAt = DateTime.UnixEpoch }] },
        }).ToBytes());
        return device;
    }

    // The job is the worker's; another is not.
    private static async Task<Guid> SeedAsync(SyncedDatabase database)
    {
        var customer = await database.AddCustomerAsync();
        var (mine, other) = (await database.AddJobAsync(customer), await database.AddJobAsync(customer));
        await database.AssignAsync(mine, database.Worker);
        for (var i = 0; i < 3; i++)
        {
            await database.MoveAsync(mine);
            await database.MoveAsync(other);
        }

        return mine;
    }
}
