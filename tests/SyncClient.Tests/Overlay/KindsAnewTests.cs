using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Sync;
using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Overlay;

/// <summary>A kind of rows that begins anew replaces what the device held of it, and of nothing else.</summary>
public sealed class KindsAnewTests
{
    [Fact]
    public async Task What_does_not_come_again_goes_when_the_kind_is_complete_and_other_kinds_stay()
    {
        using var device = await TestDevice.OpenAsync();
        var (kept, gone, job) = (Rows.Customer("Ada"), Rows.Customer("Bea"), Rows.Job(Rows.NewId()));
        await device.ApplyAsync(Rows.Checkpoint("c1", 0, Rows.Saved(kept), Rows.Saved(gone), Rows.Saved(job)));

        await device.ApplyAsync(Begin(Rows.Delta("c2", Rows.Saved(kept))));
        // A server that does not know the kind brings a checkpoint of the others.
        await device.ApplyAsync(Rows.Checkpoint("c3", 0));
        Assert.Equal(["Ada", "Bea"], await NamesAsync(device));
        await device.ApplyAsync(Complete(Rows.Checkpoint("c4", 0)));

        Assert.Equal(["Ada"], await NamesAsync(device));
        Assert.Single((await device.Jobs.ListAsync(cancellationToken: TestDevice.Ct)).Items);
    }

    [Fact]
    public async Task A_kind_that_begins_anew_twice_keeps_only_what_came_the_second_time()
    {
        using var device = await TestDevice.OpenAsync();
        var (deleted, kept) = (Rows.Customer("Ada"), Rows.Customer("Bea"));

        await device.ApplyAsync(Rows.Checkpoint("c1", 0));
        await device.ApplyAsync(Begin(Rows.Delta("c2", Rows.Saved(deleted), Rows.Saved(kept))));
        await device.ApplyAsync(Complete(Begin(Rows.Checkpoint("c3", 0, Rows.Saved(kept)))));

        Assert.Equal(["Bea"], await NamesAsync(device));
    }

    [Fact]
    public async Task A_kind_that_begins_anew_in_a_resync_leaves_what_the_resync_brought_of_others()
    {
        using var device = await TestDevice.OpenAsync();
        var job = Rows.Job(Rows.NewId());
        await device.ApplyAsync(Rows.Checkpoint("c1", 0, Rows.Saved(Rows.Customer("Ada")), Rows.Saved(job)));

        await device.ResyncAsync();
        await device.ApplyAsync(Rows.Delta("c2", Rows.Saved(job)));
        await device.ApplyAsync(Complete(Begin(Rows.Checkpoint("c3", 0, Rows.Saved(Rows.Customer("Bea"))))));

        Assert.Equal(["Bea"], await NamesAsync(device));
        Assert.Single((await device.Jobs.ListAsync(cancellationToken: TestDevice.Ct)).Items);
    }

    [Fact]
    public async Task An_unsent_edit_outlives_the_row_of_the_server()
    {
        using var device = await TestDevice.OpenAsync();
        var row = Rows.Customer("Ada");
        await device.ApplyAsync(Rows.Checkpoint("c1", 0, Rows.Saved(row)));
        await device.Customers.UpdateAsync(row.Id, edit => edit.Phone = "7", cancellationToken: TestDevice.Ct);

        await device.ApplyAsync(Complete(Begin(Rows.Checkpoint("c2", 0))));

        Assert.Single(await device.Outbox.ListAsync(cancellationToken: TestDevice.Ct));
    }

    [Fact]
    public async Task A_hello_always_names_the_kinds_that_this_version_knows()
    {
        using var device = await TestDevice.OpenAsync();

        var hello = await device.Store.ReadAsync(connection => StreamOpening.Hello(connection, "test/1", []), TestDevice.Ct);
        var asked = await device.Store.ReadAsync(
            connection => StreamOpening.Hello(connection, "test/1", [EntityType.ActivityLog]), TestDevice.Ct);

        Assert.Equal(RowTables.All.Select(table => table.Type).Where(type => type != EntityType.ActivityLog), hello.EntityTypes);
        Assert.Equal([EntityType.ActivityLog], asked.EntityTypes);
        Assert.Contains(Feature.KindsAnew, hello.Features);
    }

    private static Delta Begin(Delta delta)
    {
        delta.BegunAnew.Add(EntityType.Customer);
        return delta;
    }

    private static Delta Complete(Delta delta)
    {
        delta.CompletedAnew.Add(EntityType.Customer);
        return delta;
    }

    private static async Task<IEnumerable<string>> NamesAsync(TestDevice device) =>
        (await device.Customers.ListAsync(cancellationToken: TestDevice.Ct)).Items.Select(row => row.Name);
}
