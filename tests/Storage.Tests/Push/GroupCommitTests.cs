using KhsCrm.Storage.Push;
using KhsCrm.Storage.Push.GroupCommit;
using KhsCrm.Storage.Tests.Deltas;
using KhsCrm.TestKit;
using KhsCrm.V1;
using Npgsql;
using Xunit;
using static KhsCrm.Storage.Tests.Push.Outbox;

namespace KhsCrm.Storage.Tests.Push;

/// <summary>Batches of many devices share transactions, and no device pays for another.</summary>
public sealed class GroupCommitTests
{
    [Fact]
    public async Task What_gathers_while_one_transaction_runs_is_committed_together()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        using var committer = Committer(database);
        var outboxes = await CreateManyAsync(database, 20);
        await using var hold = await HeldTransaction.BeginAsync(
            database.DataSource, "LOCK TABLE customers IN EXCLUSIVE MODE", SyncedDatabase.Cancellation);
        var first = PushAsync(committer, outboxes[0], outboxes[0].Create(NewCustomer()));
        await hold.WaitForVictimAsync(first);
        var others = outboxes.Skip(1).Select(outbox => PushAsync(committer, outbox, outbox.Create(NewCustomer()))).ToList();

        await hold.RollbackAsync();
        await Task.WhenAll([first, .. others]);

        Assert.Equal(20, await database.ScalarAsync<long>("SELECT count(*) FROM customers"));
        Assert.Equal(2, await database.ScalarAsync<long>("SELECT count(DISTINCT change_xid::text) FROM customers"));
        Assert.Equal(20, await database.ScalarAsync<long>("SELECT count(*) FROM devices WHERE last_client_seq = 1"));
    }

    [Fact]
    public async Task Refused_and_poisoned_batches_of_a_group_cost_the_others_nothing()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        await database.RunAsync("ALTER TABLE customers ADD CONSTRAINT check_no_poison CHECK (name <> 'poison')");
        var outboxes = await CreateManyAsync(database, 6);
        var gap = outboxes[1];
        _ = gap.Create(NewCustomer());
        var results = await database.ApplyAsync(
            null,
            Submit(outboxes[0], outboxes[0].Create(NewCustomer()), outboxes[0].Create(NewCustomer())),
            Submit(gap, gap.Create(NewCustomer())),
            Submit(outboxes[2], outboxes[2].Create(NewCustomer()), outboxes[2].Create(NewCustomer("poison")), outboxes[2].Create(NewCustomer())),
            (outboxes[3].Actor with { DeviceId = Guid.NewGuid() }, [outboxes[3].Create(NewCustomer())]),
            Submit(outboxes[4], outboxes[4].Create(NewCustomer(""))),
            Submit(outboxes[5], outboxes[5].Create(NewCustomer())));

        Assert.Equal(
            [null, ErrorReason.SequenceGap, null, ErrorReason.DeviceNotYours, null, null], results.Select(one => one.Outcome!.Refusal));
        Assert.Equal(
            [OperationOutcome.Applied, OperationOutcome.Rejected, OperationOutcome.Applied],
            results[2].Outcome!.Results.Select(result => result.Outcome));
        Assert.Equal(OperationOutcome.Rejected, results[4].Outcome!.Results[0].Outcome);
        Assert.Equal(5, await database.ScalarAsync<long>("SELECT count(*) FROM customers"));
    }

    [Fact]
    public async Task Each_caller_of_a_group_acts_in_their_own_name_and_within_their_own_rights()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        await database.RunAsync($"INSERT INTO users (id, email, name, role) VALUES ('{Guid.NewGuid()}', 'o2@example.com', 'Two', 'OWNER')");
        var second = await database.ScalarAsync<Guid>("SELECT id FROM users WHERE email = 'o2@example.com'");
        var customer = await database.AddCustomerAsync();
        Guid[] jobs = [.. await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => database.AddJobAsync(customer)))];
        await database.AssignAsync(jobs[2], database.Worker);
        var (one, two) = (await CreateAsync(database), await CreateAsync(database, second));
        var (worker, stranger) = (await CreateAsync(database, database.Worker), await CreateAsync(database, database.OtherWorker));
        var material = NewMaterial($"{jobs[2]}");
        var results = await database.ApplyAsync(
            null,
            Submit(one, one.Delete(JobRow(jobs[0]))),
            Submit(two, two.Delete(JobRow(jobs[1])), two.Create(NewCustomer())),
            Submit(worker, worker.Create(material)),
            Submit(stranger, stranger.Update(new Entity { Material = new Material { Id = material.Id, Notes = "x" } }, null, "notes")));

        Assert.Equal(OperationOutcome.Applied, results[2].Outcome!.Results[0].Outcome);
        Assert.Equal(("NOT_PERMITTED", null), (Reason(results[3].Outcome!.Results[0]), results[3].Outcome!.Results[0].Entity));
        foreach (var (job, user) in new[] { (jobs[0], SyncedDatabase.Owner), (jobs[1], second) })
        {
            Assert.Equal(user, await database.ScalarAsync<Guid>(
                $"SELECT user_id FROM activity_logs WHERE action = 'delete' AND entity_id = '{job}'"));
        }

        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(DISTINCT change_xid::text) FROM tombstones WHERE entity_type = 'job'"));
    }

    [Fact]
    public async Task A_row_that_another_program_holds_keeps_waiting_who_wants_it_and_nobody_else()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        // A server has a connection for each committer, and none to spare.
        await using var warm = NpgsqlDataSource.Create($"{database.ConnectionString};Maximum Pool Size=1");
        using var committer = database.Committer(
            options: new() { Committers = 1, LockTimeout = TimeSpan.FromMilliseconds(20) }, warm: warm);
        var held = await database.AddCustomerAsync();
        var outboxes = await CreateManyAsync(database, 8);
        await using var hold = await HeldTransaction.BeginAsync(
            database.DataSource, $"SELECT 1 FROM customers WHERE id = '{held}' FOR UPDATE", SyncedDatabase.Cancellation);

        List<Task<PushOutcome>> waits = [.. outboxes.Take(3).Select(outbox => PushAsync(
            committer, outbox, outbox.Update(new Entity { Customer = new Customer { Id = $"{held}", Notes = "mine" } }, null, "notes")))];
        await Task.WhenAll(outboxes.Skip(3).Select(outbox => PushAsync(committer, outbox, outbox.Create(NewCustomer()))));
        Assert.DoesNotContain(waits, wait => wait.IsCompleted);

        await hold.RollbackAsync();
        foreach (var wait in waits)
            Assert.Equal("mine", Assert.Single((await wait).Results).Entity.Customer.Notes);
    }

    [Fact]
    public async Task A_batch_set_aside_asks_who_may_do_what_when_it_has_waited_and_not_before()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        using var committer = Committer(database, new() { LockTimeout = TimeSpan.FromMilliseconds(20) });
        var job = await database.AddJobAsync(await database.AddCustomerAsync());
        var material = await database.AddMaterialAsync(job);
        await database.AssignAsync(job, database.Worker);
        var outbox = await CreateAsync(database, database.Worker);
        await using var hold = await HeldTransaction.BeginAsync(
            database.DataSource, $"SELECT 1 FROM materials WHERE id = '{material}' FOR UPDATE", SyncedDatabase.Cancellation);

        var push = PushAsync(
            committer, outbox, outbox.Update(new Entity { Material = new Material { Id = $"{material}", Notes = "mine" } }, null, "notes"));
        await hold.WaitForVictimAsync(push, at: "FOR NO KEY UPDATE");
        await database.UnassignAsync(job, database.Worker);
        await hold.RollbackAsync();

        Assert.Equal("NOT_PERMITTED", Reason(Assert.Single((await push).Results)));
    }

    [Fact]
    public async Task A_caller_who_goes_away_while_waiting_leaves_no_trace_and_the_queue_goes_on()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        using var committer = Committer(database, new() { Committers = 1, MaxOperations = 1, LockTimeout = TimeSpan.FromMinutes(1) });
        var outboxes = await CreateManyAsync(database, 3);
        await using var hold = await HeldTransaction.BeginAsync(
            database.DataSource, "LOCK TABLE customers IN EXCLUSIVE MODE", SyncedDatabase.Cancellation);
        var first = PushAsync(committer, outboxes[0], outboxes[0].Create(NewCustomer()));
        await hold.WaitForVictimAsync(first);
        using var gone = new CancellationTokenSource();
        var second = committer.ApplyAsync(outboxes[1].Actor, [outboxes[1].Create(NewCustomer())], gone.Token);
        var third = PushAsync(committer, outboxes[2], outboxes[2].Create(NewCustomer()));

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        await hold.RollbackAsync();
        await Task.WhenAll(first, third);

        Assert.Equal(2, await database.ScalarAsync<long>("SELECT count(*) FROM customers"));
    }

    [Fact]
    public async Task Devices_that_write_each_others_rows_all_get_through()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        using var committer = Committer(database);
        Guid[] customers = [.. await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => database.AddCustomerAsync()))];

        await Task.WhenAll((await CreateManyAsync(database, 8)).Select(async outbox =>
        {
            for (var round = 0; round < 5; round++)
            {
                var outcome = await PushAsync(committer, outbox, [.. customers.Select(id => outbox.Update(
                    new Entity { Customer = new Customer { Id = $"{id}", Notes = $"{outbox.Actor.DeviceId} {round}" } }, null, "notes"))]);
                Assert.All(outcome.Results, result => Assert.Equal(OperationOutcome.Applied, result.Outcome));
            }
        }));

        Assert.Equal(200, await database.ScalarAsync<long>("SELECT count(*) FROM sync_queue WHERE status = 'completed'"));
    }

    [Fact]
    public async Task A_device_with_100_000_operations_in_line_and_at_the_door_starves_nobody()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        using var committer = Committer(database, new() { Committers = 1, LockTimeout = TimeSpan.FromMinutes(1) });
        var (greedy, modest) = (await CreateAsync(database), await CreateAsync(database));
        await using var hold = await HeldTransaction.BeginAsync(
            database.DataSource, "LOCK TABLE customers IN EXCLUSIVE MODE", SyncedDatabase.Cancellation);
        using var enough = new CancellationTokenSource();
        // Twenty batches fill the queue; the others wait for room in it.
        var many = Enumerable.Range(0, 100).Select(_ => committer.ApplyAsync(
            greedy.Actor, [.. Enumerable.Range(0, 1_000).Select(_ => greedy.Create(NewCustomer()))], enough.Token)).ToList();
        await hold.WaitForVictimAsync(many[0]);
        var one = PushAsync(committer, modest, modest.Create(NewCustomer("modest")));

        await hold.RollbackAsync();
        Assert.Equal(OperationOutcome.Applied, Assert.Single((await one).Results).Outcome);

        await enough.CancelAsync();
        await Task.WhenAll(many.Select(task => task.ContinueWith(
            _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default)));
        // The batch that was in its transaction, and those that take their turns with it: not the twenty of the queue.
        Assert.InRange(
            await database.ScalarAsync<long>(
                $"""
                SELECT count(*) FROM sync_queue WHERE device_id = '{greedy.Actor.DeviceId}'
                    AND processed_at < (SELECT processed_at FROM sync_queue WHERE device_id = '{modest.Actor.DeviceId}')
                """),
            1_000,
            3_000);
    }

    private static GroupCommitter Committer(SyncedDatabase database, GroupCommitOptions? options = null) =>
        database.Committer(options: options ?? new() { Committers = 1, LockTimeout = TimeSpan.FromMinutes(1) });

    private static Task<PushOutcome> PushAsync(GroupCommitter committer, Outbox outbox, params Operation[] operations) =>
        committer.ApplyAsync(outbox.Actor, operations, SyncedDatabase.Cancellation);

    private static (Actor, Operation[]) Submit(Outbox outbox, params Operation[] operations) => (outbox.Actor, operations);

    private static Entity JobRow(Guid id) => new() { Job = new Job { Id = $"{id}" } };

    private static async Task<Outbox[]> CreateManyAsync(SyncedDatabase database, int count)
    {
        var outboxes = new Outbox[count];
        for (var i = 0; i < count; i++)
            outboxes[i] = await CreateAsync(database);
        return outboxes;
    }
}
