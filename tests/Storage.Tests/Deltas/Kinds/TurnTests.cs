using KhsCrm.Storage.Deltas;
using KhsCrm.V1;
using Xunit;
using static KhsCrm.Storage.Tests.Deltas.Kinds.TwoVersions;

namespace KhsCrm.Storage.Tests.Deltas.Kinds;

/// <summary>While a fleet of servers is replaced a device goes back and forth between two versions: it is sent what changed, and nothing twice.</summary>
public sealed class TurnTests
{
    [Theory]
    [InlineData(false, 1_000)]
    [InlineData(false, 2)]
    [InlineData(true, 1_000)]
    [InlineData(true, 2)]
    public async Task An_app_that_does_not_know_the_kind_is_sent_what_others_write_and_nothing_else(bool isWorker, int pageSize)
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var (job, other) = await SeedAsync(database);
        var device = database.App(OldApp, isWorker ? database.Worker : null);
        await device.SyncAsync();

        for (var turn = 0; turn < 10; turn++)
        {
            device.Server = turn % 2 == 0 ? database.OldServer(pageSize) : database.NewServer(pageSize);
            await device.SyncAsync();
            Assert.Empty(device.Received);

            await database.MoveAsync(job);
            await database.RunAsync($"UPDATE materials SET notes = '{turn}' WHERE job_id = '{other}'");
            await device.SyncAsync();
            // To a worker the customer comes with a job that changed.
            Assert.Equal(isWorker ? 2 : 3, device.Received.Count);
        }

        Assert.Empty(device.Ids(New));
    }

    [Theory]
    [InlineData(false, 1_000)]
    [InlineData(false, 2)]
    [InlineData(true, 1_000)]
    [InlineData(true, 2)]
    public async Task An_app_that_knows_the_kind_is_sent_each_row_once_when_it_meets_the_newer_server(bool isWorker, int pageSize)
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var (job, _) = await SeedAsync(database);
        var device = database.App(NewApp, isWorker ? database.Worker : null);
        await device.SyncAsync();
        var held = device.Ids(New).Count();

        for (var turn = 0; turn < 10; turn++)
        {
            await database.MoveAsync(job);
            device.Server = database.OldServer(pageSize);
            await device.SyncAsync();
            Assert.Equal(isWorker ? [EntityType.Customer, EntityType.Job] : [EntityType.Job], device.Received.Select(TypeOf).Order());

            await database.MoveAsync(job);
            device.Server = database.NewServer(pageSize);
            await device.SyncAsync();
            Assert.Equal([EntityType.Job, New, New], device.Received.Select(TypeOf).Where(type => type != EntityType.Customer).Order());
            await device.SyncAsync();
            Assert.Empty(device.Received);
        }

        Assert.Equal(held + 20, device.Ids(New).Count());
    }

    [Fact]
    public async Task With_one_snapshot_for_all_kinds_the_rows_written_meanwhile_are_lost()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var (job, _) = await SeedAsync(database);
        foreach (var isTwin in new[] { false, true })
        {
            var device = database.App(NewApp);
            await device.SyncAsync();
            await database.MoveAsync(job);
            device.Server = database.OldServer();
            await device.SyncAsync();
            if (isTwin)
            {
                var cursor = Cursor.Parse(device.Cursor.Memory)!;
                device.Cursor = Google.Protobuf.ByteString.CopyFrom((cursor with { Held = HeldKinds.Only(KindSet.Default) }).ToBytes());
            }

            device.Server = database.NewServer();
            await device.SyncAsync();

            var all = await database.IdsAsync("SELECT id FROM job_status_history");
            Assert.Equal(isTwin, !all.SetEquals(device.Ids(New)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_row_that_came_before_its_kind_was_left_amid_a_window_goes_when_it_is_deleted(bool isWorker)
    {
        await using var database = await SyncedDatabase.CreateAsync();
        await SeedAsync(database);
        var device = database.App(NewApp, isWorker ? database.Worker : null);
        await device.SyncAsync();
        var job = await database.AddJobAsync(await database.AddCustomerAsync());
        await database.AssignAsync(job, database.Worker);
        for (var i = 0; i < 5; i++)
            await database.AddMaterialAsync(job);
        var made = (await database.IdsAsync($"SELECT id FROM job_status_history WHERE job_id = '{job}'")).Single();
        device.Server = database.NewServer(pageSize: 1);
        while (!device.Rows.ContainsKey((New, made)))
            Assert.False((await device.ReadAsync())!.Checkpoint);

        device.Install(OldApp);
        await device.SyncAsync();
        await database.RunAsync($"DELETE FROM job_status_history WHERE id = '{made}'");
        device.Install(NewApp);
        await device.SyncAsync();

        Assert.DoesNotContain(made, device.Ids(New));
    }

    private static async Task<(Guid Mine, Guid Other)> SeedAsync(SyncedDatabase database)
    {
        var customer = await database.AddCustomerAsync();
        var (mine, other) = (await database.AddJobAsync(customer), await database.AddJobAsync(customer));
        await database.AssignAsync(mine, database.Worker);
        await database.AssignAsync(mine, database.OtherWorker);
        await database.AddMaterialAsync(other);
        await database.AddMaterialAsync(other);
        await database.MoveAsync(mine);
        return (mine, other);
    }

    private static EntityType TypeOf(Change change) => (EntityType)(int)change.Entity.RowCase;
}
