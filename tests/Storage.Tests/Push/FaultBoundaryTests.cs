using KhsCrm.Storage.Push;
using KhsCrm.Storage.Push.Deferral;
using KhsCrm.Storage.Tests.Deltas;
using KhsCrm.TestKit;
using KhsCrm.V1;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Xunit;
using static KhsCrm.Storage.Tests.Push.Outbox;

namespace KhsCrm.Storage.Tests.Push;

/// <summary>Promise 6: whatever an operation breaks, it breaks for itself (DESIGN §5, "The fault boundary").</summary>
public sealed class FaultBoundaryTests
{
    private static readonly DeferralOptions Deferral = new() { MaxRetries = 3, RetryDelay = TimeSpan.FromMinutes(1) };

    public static TheoryData<string> Masks => new("x_", "_", "", ".", "a__b", "\0");

    // A trigger of a DBA's that no class of SqlStates foresees, and one whose error looks like a bug of ours.
    private const string Trigger =
        """
        CREATE FUNCTION refuse() RETURNS TRIGGER AS $$
        BEGIN
            IF NEW.name = 'poison' THEN RAISE EXCEPTION 'no'; END IF;
            IF NEW.name = 'bug' THEN RAISE EXCEPTION 'no' USING ERRCODE = 'XX000'; END IF;
            RETURN NEW;
        END;
        $$ LANGUAGE plpgsql;
        CREATE TRIGGER refuse BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION refuse();
        """;

    [Theory]
    [MemberData(nameof(Masks))]
    public async Task A_mask_that_JSON_cannot_show_costs_its_own_result(string path)
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var (bad, good) = (await CreateAsync(database), await CreateAsync(database));
        var operation = bad.Update(new Entity { Customer = NewCustomer() }, null, path);

        var group = await database.ApplyAsync(null, (bad.Actor, [operation]), (good.Actor, [good.Create(NewCustomer())]));

        Assert.Equal("FIELD_INVALID", Reason(group[0].Outcome!.Results[0]));
        Assert.Equal(OperationOutcome.Applied, group[1].Outcome!.Results[0].Outcome);
        Assert.Equal(OperationOutcome.Rejected, Assert.Single(await bad.PushAsync(operation)).FirstOutcome);
    }

    [Theory]
    [InlineData("poison")]
    [InlineData("bug")]
    public async Task What_a_trigger_raises_is_narrowed_down_to_the_guilty_operation_and_shown_in_the_queue(string name)
    {
        await using var database = await SyncedDatabase.CreateAsync();
        await database.RunAsync(Trigger);
        var (bad, good) = (await CreateAsync(database), await CreateAsync(database));
        Operation[] batch = [.. Enumerable.Range(0, 20).Select(i => bad.Create(NewCustomer(i is 3 or 17 ? name : "good")))];

        var group = await database.ApplyAsync(null, (bad.Actor, batch), (good.Actor, [good.Create(NewCustomer())]));

        var results = group[0].Outcome!.Results;
        Assert.Equal([3, 17], Enumerable.Range(0, 20).Where(i => results[i].Outcome == OperationOutcome.Rejected));
        Assert.Equal("FAULT", Reason(results[3]));
        var request = results[3].Status.Details[0].Unpack<Google.Rpc.ErrorInfo>().Metadata["request_id"];
        Assert.Contains(request, await database.ScalarAsync<string>(
            $"SELECT error FROM sync_queue WHERE id = '{batch[3].Id}' AND status = 'failed'"), StringComparison.Ordinal);
        Assert.Equal(OperationOutcome.Applied, group[1].Outcome!.Results[0].Outcome);
        Assert.Equal(results[3].Status, (await bad.PushAsync(batch))[3].Status);

        // Once the fault is mended a person may retry it.
        await database.RunAsync("DROP TRIGGER refuse ON customers");
        var late = await database.Deferred(Deferral).RetryAsync(Guid.Parse(batch[3].Id), SyncedDatabase.Cancellation);
        Assert.Equal(OperationOutcome.Applied, late!.Result.Outcome);
    }

    // Npgsql takes note of an error where a statement begins. One amid its rows leaves the statements behind it in the batch as if
    // they had been prepared: the connection answers 26000 for ever.
    [Fact]
    public async Task A_lock_that_is_met_amid_rows_costs_no_later_operation_its_result()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        await using var single = NpgsqlDataSource.Create(
            $"{database.ConnectionString};Max Auto Prepare=50;Auto Prepare Min Usages=1;Maximum Pool Size=1");
        using var committer = database.Committer(options: new() { Committers = 1, LockTimeout = TimeSpan.FromMilliseconds(20) }, warm: single);
        var outbox = await CreateAsync(database);
        string[] customers = [.. new[] { await database.AddCustomerAsync(), await database.AddCustomerAsync() }.Order().Select(id => $"{id}")];
        for (var round = 0; round < 4; round++)
        {
            Task<PushOutcome> waits;
            await using (var held = await HeldTransaction.BeginAsync(
                database.DataSource, $"SELECT 1 FROM customers WHERE id = '{customers[1]}' FOR UPDATE", SyncedDatabase.Cancellation))
            {
                waits = PushAsync();
                await held.WaitForVictimAsync(waits);
                await Task.Delay(TimeSpan.FromMilliseconds(100), SyncedDatabase.Cancellation);
            }

            Assert.All((await waits).Results, result => Assert.Equal(OperationOutcome.Applied, result.Outcome));
            Assert.All((await PushAsync()).Results, result => Assert.Equal(OperationOutcome.Applied, result.Outcome));
        }

        // A batch that writes a row twice has its rows locked when they are read.
        Task<PushOutcome> PushAsync() => committer.ApplyAsync(
            outbox.Actor,
            [.. customers.Concat(customers).Select(id => outbox.Update(new Entity { Customer = new Customer { Id = id, Notes = $"{Guid.NewGuid()}" } }, null, "notes"))],
            SyncedDatabase.Cancellation);
    }

    [Fact]
    public async Task A_bug_in_the_planning_is_narrowed_down_too()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database);
        var customer = NewCustomer();
        // What no reader foresees: a row that the contract cannot hold, past its checks.
        var odd = await database.AddCustomerAsync();
        await database.RunAsync(
            $"""
            ALTER TABLE customers DROP CONSTRAINT check_customers_times;
            UPDATE customers SET created_at = '20000-01-01' WHERE id = '{odd}'
            """);

        var results = await outbox.PushAsync(
            outbox.Create(customer), outbox.Update(new Entity { Customer = new Customer { Id = $"{odd}", Notes = "n" } }, null, "notes"));

        Assert.Equal([OperationOutcome.Applied, OperationOutcome.Rejected], results.Select(result => result.Outcome));
        Assert.Equal("FAULT", Reason(results[1]));
    }

    [Fact]
    public async Task A_tombstone_of_what_is_no_entity_stops_neither_a_push_nor_a_retry()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var (worker, neighbour) = (await CreateAsync(database, database.Worker, Deferral), await CreateAsync(database, null, Deferral));
        Guid[] strange = [Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()];
        var waits = worker.Create(NewMaterial($"{strange[0]}"));
        Assert.Equal(OperationOutcome.Deferred, Assert.Single(await worker.PushAsync(waits)).Outcome);
        await database.RunAsync(
            $"""
            INSERT INTO tombstones (entity_type, entity_id) VALUES
                ('session', '{strange[0]}'), ('job_customer', '{strange[1]}'), ('something_new', '{strange[2]}')
            """);

        await database.Deferred(Deferral).RetryDueAsync(SyncedDatabase.Cancellation);
        var results = await worker.PushAsync([.. strange.Select(id => worker.Create(NewMaterial($"{id}")))]);

        Assert.All(results, result => Assert.Equal(OperationOutcome.Deferred, result.Outcome));
        Assert.Equal(OperationOutcome.Applied, Assert.Single(await neighbour.PushAsync(neighbour.Create(NewCustomer()))).Outcome);
    }

    [Fact]
    public async Task A_waiting_operation_that_cannot_be_read_or_throws_fails_alone()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var phone = await CreateAsync(database, null, Deferral);
        var job = NewJob((await database.AddCustomerAsync()).ToString());
        Operation[] waiting = [.. Enumerable.Range(0, 4).Select(_ => phone.Create(NewMaterial(job.Id)))];
        await phone.PushAsync(waiting);
        await phone.PushAsync(phone.Create(job));
        await database.RunAsync(
            $"""
            UPDATE sync_queue SET payload = '[]', message = NULL WHERE id = '{waiting[0].Id}';
            UPDATE sync_queue SET message = '\xff', entity_type = 'nonsense' WHERE id = '{waiting[1].Id}';
            CREATE FUNCTION refuse() RETURNS TRIGGER AS $$ BEGIN RAISE EXCEPTION 'no'; END; $$ LANGUAGE plpgsql;
            CREATE TRIGGER refuse BEFORE INSERT ON materials FOR EACH ROW
                WHEN (NEW.id = '{waiting[2].Entity.Material.Id}') EXECUTE FUNCTION refuse()
            """);

        var (results, anyWaits) = await database.Deferred(Deferral).RetryDueAsync(SyncedDatabase.Cancellation);

        var byId = results.ToDictionary(late => late.Result.OperationId, late => late.Result);
        Assert.All(waiting[..3], operation => Assert.Equal("FAULT", Reason(byId[operation.Id])));
        Assert.Equal(OperationOutcome.Applied, byId[waiting[3].Id].Outcome);
        Assert.Equal(3, await database.ScalarAsync<long>("SELECT count(*) FROM sync_queue WHERE status = 'failed'"));
        Assert.False(anyWaits && (await database.Deferred(Deferral).RetryDueAsync(SyncedDatabase.Cancellation)).AnyWaits);
        Assert.Equal(4, (await database.Deferred(Deferral).FindFinalAsync(
            phone.Actor, [.. waiting.Select(operation => Guid.Parse(operation.Id))], SyncedDatabase.Cancellation)).Count);
    }

    [Fact]
    public async Task A_waiting_operation_that_cannot_be_recorded_stops_no_other_and_is_logged_once()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var phone = await CreateAsync(database, null, Deferral);
        var job = NewJob((await database.AddCustomerAsync()).ToString());
        Operation[] waiting = [phone.Create(NewMaterial(job.Id)), phone.Create(NewMaterial(job.Id))];
        await phone.PushAsync(waiting);
        await phone.PushAsync(phone.Create(job));
        await database.RunAsync(
            $"""
            CREATE FUNCTION refuse() RETURNS TRIGGER AS $$ BEGIN RAISE EXCEPTION 'no'; END; $$ LANGUAGE plpgsql;
            CREATE TRIGGER refuse BEFORE UPDATE ON sync_queue_pending FOR EACH ROW WHEN (OLD.id = '{waiting[0].Id}') EXECUTE FUNCTION refuse()
            """);
        var log = new CountingLogger();
        var deferred = new DeferredOperations(database.DataSource, TimeProvider.System, Options.Create(Deferral), log);

        var (results, anyWaits) = await deferred.RetryDueAsync(SyncedDatabase.Cancellation);
        await deferred.RetryDueAsync(SyncedDatabase.Cancellation);

        Assert.Equal((waiting[1].Id, true), (Assert.Single(results).Result.OperationId, anyWaits));
        Assert.Equal(2, log.Lines);
        await database.RunAsync("DROP TRIGGER refuse ON sync_queue_pending");
        var late = Assert.Single((await deferred.RetryDueAsync(SyncedDatabase.Cancellation)).Results);
        Assert.Equal((waiting[0].Id, OperationOutcome.Applied), (late.Result.OperationId, late.Result.Outcome));
    }

    [Fact]
    public async Task A_waiting_operation_without_a_number_can_be_discarded_and_one_with_any_count_of_tries_stops_nothing()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var phone = await CreateAsync(database, null, Deferral);
        var waits = phone.Create(NewMaterial($"{Guid.NewGuid()}"));
        await phone.PushAsync(waits);
        await database.RunAsync($"UPDATE sync_queue SET client_seq = NULL, retry_count = {int.MaxValue}");

        Assert.Empty((await database.Deferred(Deferral).RetryDueAsync(SyncedDatabase.Cancellation)).Results);
        Assert.NotNull(await database.Deferred(Deferral).DiscardAsync(Guid.Parse(waits.Id), SyncedDatabase.Cancellation));
    }

    private sealed class CountingLogger : ILogger<DeferredOperations>
    {
        public int Lines { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines++;
    }
}
