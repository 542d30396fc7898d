using KhsCrm.Storage.Push;
using KhsCrm.Storage.Tests.Deltas;
using KhsCrm.TestKit;
using KhsCrm.V1;
using Xunit;
using static KhsCrm.Storage.Tests.Push.Outbox;

namespace KhsCrm.Storage.Tests.Push;

/// <summary>Two copies of one store push the same operation under two device ids at the same moment: it takes effect once.</summary>
public sealed class CopiedStoreTests
{
    [Fact]
    public async Task The_copy_that_comes_while_the_first_commits_is_told_that_it_is_a_duplicate()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var copy = await CreateAsync(database);
        var operation = copy.Create(NewCustomer());
        // The first copy's push as the database sees it, held open before its commit.
        await using var first = await HeldTransaction.BeginAsync(
            database.DataSource,
            $"""
            LOCK TABLE customers IN ACCESS EXCLUSIVE MODE;
            INSERT INTO customers (id, name, address) VALUES ('{operation.Entity.Customer.Id}', 'New', '2 Side St');
            INSERT INTO sync_queue (id, user_id, operation, entity_type, entity_id, payload, status, device_id, client_seq)
            VALUES ('{operation.Id}', '{SyncedDatabase.Owner}', 'create', 'customer', '{operation.Entity.Customer.Id}', '{LedgerJson.Of(operation)}', 'completed',
                '{Guid.NewGuid()}', 1)
            """,
            SyncedDatabase.Cancellation);

        var push = copy.PushAsync(operation);
        await first.WaitForVictimAsync(push);
        await first.CommitAsync();

        var result = Assert.Single(await push);
        Assert.Equal((OperationOutcome.Duplicate, OperationOutcome.Applied), (result.Outcome, result.FirstOutcome));
        Assert.Equal("New", result.Entity.Customer.Name);
    }

    [Fact]
    public async Task Copies_that_race_take_effect_once()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var store = await CreateAsync(database);
        Operation[] batch = [.. Enumerable.Range(0, 20).Select(_ => store.Create(NewCustomer()))];

        var all = await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
            await (await CreateAsync(database)).PushAsync([.. batch.Select(operation => operation.Clone())])));

        Assert.Equal(20, all.SelectMany(results => results).Count(result => result.Outcome == OperationOutcome.Applied));
        Assert.Equal(100, all.SelectMany(results => results).Count(result =>
            result is { Outcome: OperationOutcome.Duplicate, FirstOutcome: OperationOutcome.Applied }));
        Assert.Equal(20, await database.ScalarAsync<long>("SELECT count(*) FROM sync_queue"));
    }

    [Fact]
    public async Task A_duplicate_shows_the_row_as_it_now_stands()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var store = await CreateAsync(database);
        var operation = store.Create(NewCustomer());
        await store.PushAsync(operation);
        await database.RunAsync("UPDATE customers SET notes = 'since then'");

        Assert.Equal("since then", Assert.Single(await store.PushAsync(operation)).Entity.Customer.Notes);
    }

    [Fact]
    public async Task An_operation_on_a_deleted_row_is_shown_its_last_state()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var store = await CreateAsync(database);
        var job = NewJob((await database.AddCustomerAsync()).ToString());
        job.StartDate = new() { Year = 2026, Month = 2, Day = 3 };
        await store.PushAsync(store.Create(job), store.SetStatus(Guid.Parse(job.Id), JobStatus.InProgress));
        var before = (await store.PushAsync(store.SetStatus(Guid.Parse(job.Id), JobStatus.OnHold)))[0].Entity;
        await database.RunAsync("DELETE FROM jobs");
        var late = store.SetStatus(Guid.Parse(job.Id), JobStatus.InProgress);

        var result = Assert.Single(await store.PushAsync(late));
        Assert.Equal(("ROW_DELETED", null, before), (Reason(result), result.Entity, result.DeletedRow));
        Assert.Equal(before, Assert.Single(await store.PushAsync(late.Clone())).DeletedRow);

        var worker = await CreateAsync(database, database.Worker);
        var foreign = Assert.Single(await worker.PushAsync(worker.SetStatus(Guid.Parse(job.Id), JobStatus.InProgress)));
        Assert.Equal(("ROW_DELETED", null), (Reason(foreign), foreign.DeletedRow));
    }

    [Fact]
    public async Task A_worker_is_shown_the_last_state_of_what_was_theirs_to_the_end_and_of_nothing_else()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var customer = await database.AddCustomerAsync();
        var (mine, before) = (await database.AddJobAsync(customer), await database.AddJobAsync(customer));
        var (ofMine, alone) = (await database.AddMaterialAsync(mine), await database.AddMaterialAsync(mine));
        foreach (var job in new[] { mine, before })
            await database.AssignAsync(job, database.Worker);
        var worker = await CreateAsync(database, database.Worker);
        var stranger = await CreateAsync(database, database.OtherWorker);
        await database.UnassignAsync(before, database.Worker);
        await database.RunAsync($"DELETE FROM materials WHERE id = '{alone}'");
        var shown = Assert.Single(await worker.PushAsync(Note(worker, alone)));
        await database.RunAsync("DELETE FROM jobs");

        var results = await worker.PushAsync(
            worker.SetStatus(mine, JobStatus.InProgress), Note(worker, ofMine), worker.SetStatus(before, JobStatus.InProgress));
        var foreign = await stranger.PushAsync(stranger.SetStatus(mine, JobStatus.InProgress), Note(stranger, ofMine));

        Assert.All([shown, .. results, .. foreign], result => Assert.Equal("ROW_DELETED", Reason(result)));
        Assert.Equal($"{alone}", shown.DeletedRow.Material.Id);
        Assert.Equal($"{mine}", results[0].DeletedRow.Job.Id);
        Assert.Equal($"{ofMine}", results[1].DeletedRow.Material.Id);
        Assert.Null(results[2].DeletedRow);
        Assert.All(foreign, result => Assert.Null(result.DeletedRow));

        static Operation Note(Outbox outbox, Guid material) =>
            outbox.Update(new Entity { Material = new Material { Id = $"{material}", Notes = "late" } }, null, "notes");
    }
}
