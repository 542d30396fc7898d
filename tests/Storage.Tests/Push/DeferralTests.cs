using KhsCrm.Storage.Push;
using KhsCrm.Storage.Push.Deferral;
using KhsCrm.Storage.Tests.Deltas;
using KhsCrm.V1;
using Npgsql;
using Xunit;
using static KhsCrm.Storage.Tests.Push.Outbox;

namespace KhsCrm.Storage.Tests.Push;

/// <summary>An operation whose job or customer has not arrived waits, and is told later what became of it.</summary>
public sealed class DeferralTests
{
    private static readonly DeferralOptions Options = new() { MaxRetries = 3, RetryDelay = TimeSpan.FromMinutes(1) };

    [Fact]
    public async Task A_material_waits_for_the_job_of_another_device()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var office = await CreateAsync(database, null, Options);
        var phone = await CreateAsync(database, null, Options);
        var customer = NewCustomer();
        var job = NewJob(customer.Id);
        var early = phone.Create(NewMaterial(job.Id));

        var waits = Assert.Single(await phone.PushAsync(early));
        Assert.Equal((OperationOutcome.Deferred, "REFERENCE_NOT_FOUND"), (waits.Outcome, Reason(waits)));
        Assert.Equal("pending", await StatusAsync(database, early));
        Assert.Equal(OperationOutcome.Deferred, Assert.Single(await phone.PushAsync(early.Clone())).FirstOutcome);
        Assert.Empty((await RetryAsync(database)).Results);

        await office.PushAsync(office.Create(customer), office.Create(job));
        var (results, anyWaits) = await RetryAsync(database);

        var late = Assert.Single(results);
        Assert.Equal((phone.Actor.DeviceId, early.Id, 1, OperationOutcome.Applied),
            (late.DeviceId, late.Result.OperationId, late.Result.ClientSeq, late.Result.Outcome));
        Assert.Equal("Shingles", late.Result.Entity.Material.ItemName);
        Assert.False(anyWaits);
        Assert.Equal("completed", await StatusAsync(database, early));
        var replay = Assert.Single(await phone.PushAsync(early.Clone()));
        Assert.Equal((OperationOutcome.Duplicate, OperationOutcome.Applied), (replay.Outcome, replay.FirstOutcome));
    }

    [Fact]
    public async Task What_a_device_does_next_to_a_row_that_waits_waits_behind_it_and_the_rest_goes_on()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var phone = await CreateAsync(database, null, Options);
        var job = NewJob((await database.AddCustomerAsync()).ToString());
        var material = NewMaterial(job.Id);
        var bought = material.Clone();
        bought.Purchased = true;

        var first = await phone.PushAsync(phone.Create(material), phone.Create(NewCustomer()));
        var second = await phone.PushAsync(
            phone.Update(new Entity { Material = bought }, null, "purchased"),
            phone.Update(new Entity { Material = new Material { Id = material.Id, Notes = "last" } }, null, "notes"));
        Assert.Equal([OperationOutcome.Deferred, OperationOutcome.Applied], first.Select(result => result.Outcome));
        Assert.All(second, result => Assert.Equal(OperationOutcome.Deferred, result.Outcome));

        await phone.PushAsync(phone.Create(job));
        var (results, _) = await RetryAsync(database);

        Assert.Equal([1, 3, 4], results.Select(late => late.Result.ClientSeq));
        Assert.All(results, late => Assert.Equal(OperationOutcome.Applied, late.Result.Outcome));
        Assert.Equal("last", results[^1].Result.Entity.Material.Notes);
        Assert.True(results[^1].Result.Entity.Material.Purchased);
    }

    [Fact]
    public async Task One_arrival_sets_a_whole_chain_free()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var phone = await CreateAsync(database, null, Options);
        var customer = NewCustomer();
        var job = NewJob(customer.Id);
        await phone.PushAsync(
            phone.Create(NewMaterial(job.Id)),
            phone.Create(new JobAssignment { Id = $"{Guid.CreateVersion7()}", JobId = job.Id, UserId = $"{database.Worker}" }),
            phone.Create(job));
        Assert.Equal(3, await database.ScalarAsync<long>("SELECT count(*) FROM sync_queue WHERE status = 'pending'"));

        await phone.PushAsync(phone.Create(customer));
        var (results, _) = await RetryAsync(database);

        Assert.Equal([1, 2, 3], results.Select(late => late.Result.ClientSeq).Order());
        Assert.All(results, late => Assert.Equal(OperationOutcome.Applied, late.Result.Outcome));
    }

    [Fact]
    public async Task After_the_last_try_it_fails_with_the_reason()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var phone = await CreateAsync(database, null, Options);
        var orphan = phone.Create(NewMaterial($"{Guid.NewGuid()}"));
        await phone.PushAsync(orphan);

        // The tries are due one, three and seven minutes after the operation came.
        foreach (var (minutes, tries) in new[] { (0.5, 0), (2, 1), (2, 1), (4, 2) })
        {
            Assert.Empty((await RetryAsync(database, TimeSpan.FromMinutes(minutes))).Results);
            Assert.Equal(tries, await database.ScalarAsync<int>("SELECT retry_count FROM sync_queue"));
        }

        var late = Assert.Single((await RetryAsync(database, TimeSpan.FromMinutes(8))).Results);
        Assert.Equal((OperationOutcome.Rejected, "REFERENCE_NOT_FOUND"), (late.Result.Outcome, Reason(late.Result)));
        Assert.Equal("failed", await StatusAsync(database, orphan));
        Assert.Contains("job that does not exist", await database.ScalarAsync<string>("SELECT error FROM sync_queue"), StringComparison.Ordinal);
        Assert.Equal(OperationOutcome.Rejected, Assert.Single(await phone.PushAsync(orphan)).FirstOutcome);
    }

    [Fact]
    public async Task A_row_that_was_here_and_is_gone_is_not_waited_for_and_a_typed_call_waits_for_nothing()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var job = await database.AddJobAsync(await database.AddCustomerAsync());
        await database.RunAsync("DELETE FROM jobs");
        var phone = await CreateAsync(database, null, Options);

        Assert.Equal("REFERENCE_NOT_FOUND", Reason(Assert.Single(await phone.PushAsync(phone.Create(NewMaterial($"{job}"))))));

        var typed = await database.Committer(Options).ApplyAsync(
            SyncedDatabase.Owner, Role.Owner, new SingleWrite(phone.Create(NewJob($"{Guid.NewGuid()}"))), SyncedDatabase.Cancellation);
        Assert.Equal(OperationOutcome.Rejected, Assert.Single(typed.Results).Outcome);
    }

    [Fact]
    public async Task Servers_that_try_at_the_same_moment_apply_each_operation_once()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var phone = await CreateAsync(database, null, Options);
        var job = NewJob((await database.AddCustomerAsync()).ToString());
        await phone.PushAsync([.. Enumerable.Range(0, 30).Select(_ => phone.Create(NewMaterial(job.Id)))]);
        await phone.PushAsync(phone.Create(job));

        var all = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => RetryAsync(database)));

        Assert.Equal(
            Enumerable.Range(1, 30).Select(seq => (long)seq),
            all.SelectMany(one => one.Results).Select(late => late.Result.ClientSeq).Order());
        Assert.Equal(
            30, await database.ScalarAsync<long>("SELECT count(*) FROM activity_logs WHERE entity_type = 'material' AND action = 'create'"));
    }

    [Fact]
    public async Task An_operation_that_another_server_is_trying_is_left_to_it()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var phone = await CreateAsync(database, null, Options);
        var job = NewJob((await database.AddCustomerAsync()).ToString());
        await phone.PushAsync(phone.Create(NewMaterial(job.Id)), phone.Create(NewMaterial(job.Id)));
        await phone.PushAsync(phone.Create(job));
        await using var other = await database.DataSource.OpenConnectionAsync(SyncedDatabase.Cancellation);
        await using var held = await other.BeginTransactionAsync(SyncedDatabase.Cancellation);
        await using var hold = new NpgsqlCommand("SELECT 1 FROM sync_queue WHERE client_seq = 1 FOR UPDATE", other);
        await hold.ExecuteScalarAsync(SyncedDatabase.Cancellation);

        Assert.Equal(2, Assert.Single((await RetryAsync(database)).Results).Result.ClientSeq);
        await held.RollbackAsync(SyncedDatabase.Cancellation);
        Assert.Equal(1, Assert.Single((await RetryAsync(database)).Results).Result.ClientSeq);
    }

    [Fact]
    public async Task What_only_the_database_refuses_costs_its_own_result()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        await database.RunAsync("ALTER TABLE materials ADD CONSTRAINT check_no_poison CHECK (item_name <> 'poison')");
        var phone = await CreateAsync(database, null, Options);
        var job = NewJob((await database.AddCustomerAsync()).ToString());
        var poison = NewMaterial(job.Id);
        poison.ItemName = "poison";
        await phone.PushAsync(
            phone.Create(NewMaterial(job.Id)), phone.Create(NewMaterial(job.Id)), phone.Create(poison), phone.Create(NewMaterial(job.Id)));
        await phone.PushAsync(phone.Create(job));

        var (results, _) = await RetryAsync(database);

        Assert.Equal(3, Assert.Single(results, late => late.Result.Outcome == OperationOutcome.Rejected).Result.ClientSeq);
        Assert.Equal(3, await database.ScalarAsync<long>("SELECT count(*) FROM materials"));
    }

    [Fact]
    public async Task A_person_discards_what_waits_and_tries_again_what_failed()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var phone = await CreateAsync(database, null, Options);
        var job = NewJob((await database.AddCustomerAsync()).ToString());
        var material = phone.Create(NewMaterial(job.Id));
        await phone.PushAsync(material);
        var deferred = database.Deferred(Options);
        var id = Guid.Parse(material.Id);

        Assert.Equal(OperationOutcome.Deferred, (await deferred.RetryAsync(id, SyncedDatabase.Cancellation))!.Result.Outcome);
        Assert.Equal("DISCARDED", Reason((await deferred.DiscardAsync(id, SyncedDatabase.Cancellation))!.Result));
        Assert.Null(await deferred.DiscardAsync(id, SyncedDatabase.Cancellation));
        Assert.Equal("failed", await StatusAsync(database, material));

        await phone.PushAsync(phone.Create(job));
        Assert.Empty((await RetryAsync(database)).Results);
        Assert.Equal(OperationOutcome.Applied, (await deferred.RetryAsync(id, SyncedDatabase.Cancellation))!.Result.Outcome);
        Assert.Null(await deferred.RetryAsync(id, SyncedDatabase.Cancellation));
        var final = Assert.Single(await deferred.FindFinalAsync(phone.Actor, [id], SyncedDatabase.Cancellation));
        Assert.Equal((OperationOutcome.Applied, "Shingles"), (final.Outcome, final.Entity.Material.ItemName));
        Assert.Empty(await deferred.FindFinalAsync(
            phone.Actor with { UserId = database.Worker }, [id], SyncedDatabase.Cancellation));
    }

    [Fact]
    public async Task A_workers_material_that_waited_for_its_job_waits_on_for_the_assignment()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var office = await CreateAsync(database, null, Options);
        var phone = await CreateAsync(database, database.Worker, Options);
        var job = NewJob((await database.AddCustomerAsync()).ToString());
        var material = phone.Create(NewMaterial(job.Id));
        Assert.Equal(OperationOutcome.Deferred, Assert.Single(await phone.PushAsync(material)).Outcome);

        // The job comes first, and with it a look at what waits; what is new is refused.
        await office.PushAsync(office.Create(job));
        Assert.Empty((await RetryAsync(database)).Results);
        Assert.Equal("pending", await StatusAsync(database, material));
        Assert.Equal("NOT_PERMITTED", Reason(Assert.Single(await phone.PushAsync(phone.Create(NewMaterial(job.Id))))));

        await office.PushAsync(office.Create(new JobAssignment { Id = $"{Guid.CreateVersion7()}", JobId = job.Id, UserId = $"{database.Worker}" }));
        var late = Assert.Single((await RetryAsync(database)).Results).Result;
        Assert.Equal((material.Id, OperationOutcome.Applied), (late.OperationId, late.Outcome));
    }

    [Fact]
    public async Task A_workers_material_whose_assignment_never_comes_fails_after_the_last_try()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var phone = await CreateAsync(database, database.Worker, Options);
        var job = NewJob((await database.AddCustomerAsync()).ToString());
        var material = phone.Create(NewMaterial(job.Id));
        await phone.PushAsync(material);
        await database.RunAsync(
            $"INSERT INTO jobs (id, title, customer_id, created_by_id) VALUES ('{job.Id}', 'j', '{job.CustomerId}', '{SyncedDatabase.Owner}')");

        Assert.Empty((await RetryAsync(database, TimeSpan.FromMinutes(2))).Results);
        Assert.Equal(1, await database.ScalarAsync<int>("SELECT retry_count FROM sync_queue"));
        Assert.Empty((await RetryAsync(database, TimeSpan.FromMinutes(4))).Results);
        var late = Assert.Single((await RetryAsync(database, TimeSpan.FromMinutes(8))).Results).Result;

        Assert.Equal((OperationOutcome.Rejected, "NOT_PERMITTED"), (late.Outcome, Reason(late)));
        Assert.Equal("failed", await StatusAsync(database, material));
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM materials"));
    }

    [Fact]
    public async Task A_device_has_so_many_operations_waiting_and_no_more_and_another_device_its_own()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var limited = new DeferralOptions { MaxWaitingPerDevice = 3 };
        var (phone, other) = (await CreateAsync(database, null, limited), await CreateAsync(database, null, limited));
        Operation[] Orphans(Outbox outbox, int count) =>
            [.. Enumerable.Range(0, count).Select(_ => outbox.Create(NewMaterial($"{Guid.NewGuid()}")))];
        var first = await phone.PushAsync(Orphans(phone, 2));
        Operation[] batch = [.. Orphans(phone, 3), phone.Create(NewCustomer())];
        var second = await phone.PushAsync(batch);

        Assert.All(first, result => Assert.Equal(OperationOutcome.Deferred, result.Outcome));
        Assert.Equal(
            [OperationOutcome.Deferred, OperationOutcome.Rejected, OperationOutcome.Rejected, OperationOutcome.Applied],
            second.Select(result => result.Outcome));
        Assert.Equal("LIMIT_EXCEEDED", Reason(second[1]));
        Assert.Equal("failed", await StatusAsync(database, batch[1]));
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM sync_queue WHERE status = 'failed' AND waits_for IS NOT NULL"));
        Assert.All(await other.PushAsync(Orphans(other, 3)), result => Assert.Equal(OperationOutcome.Deferred, result.Outcome));
        // A replay says the same, and whoever makes room may wait again.
        Assert.Equal(OperationOutcome.Rejected, (await phone.PushAsync(batch))[1].FirstOutcome);
        await database.Deferred(limited).DiscardAsync(Guid.Parse(batch[0].Id), SyncedDatabase.Cancellation);
        Assert.Equal(OperationOutcome.Deferred, Assert.Single(await phone.PushAsync(Orphans(phone, 1))).Outcome);
    }

    private static Task<(IReadOnlyList<LateResult> Results, bool AnyWaits)> RetryAsync(
        SyncedDatabase database, TimeSpan later = default) =>
        database.Deferred(Options, new LaterClock(later)).RetryDueAsync(SyncedDatabase.Cancellation);

    private static Task<string> StatusAsync(SyncedDatabase database, Operation operation) =>
        database.ScalarAsync<string>($"SELECT status FROM sync_queue WHERE id = '{operation.Id}'");

    private sealed class LaterClock(TimeSpan later) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => TimeProvider.System.GetUtcNow() + later;
    }
}
