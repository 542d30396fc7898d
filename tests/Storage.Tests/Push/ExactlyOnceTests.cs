using KhsCrm.Storage.Tests.Deltas;
using KhsCrm.V1;
using Xunit;
using static KhsCrm.Storage.Tests.Push.Outbox;

namespace KhsCrm.Storage.Tests.Push;

/// <summary>Promise 2: an operation takes effect once, whatever is retried.</summary>
public sealed class ExactlyOnceTests
{
    [Fact]
    public async Task A_replay_of_any_part_gives_the_recorded_results_and_changes_nothing()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database);
        var customer = NewCustomer();
        Operation[] batch = [outbox.Create(customer), outbox.Create(NewJob($"{Guid.NewGuid()}")), outbox.Create(NewJob(customer.Id))];
        var first = await outbox.PushAsync(batch);
        Assert.Equal(
            [OperationOutcome.Applied, OperationOutcome.Rejected, OperationOutcome.Applied], first.Select(result => result.Outcome));
        var before = await database.ScalarAsync<long>("SELECT count(*) FROM activity_logs");

        foreach (var part in new[] { batch, batch[1..], batch[..1], batch[1..2] })
        {
            var replay = await outbox.PushAsync([.. part.Select(operation => operation.Clone())]);
            Assert.All(replay, result => Assert.Equal(OperationOutcome.Duplicate, result.Outcome));
            Assert.Equal(
                part.Select(operation => first[(int)operation.ClientSeq - 1].Outcome), replay.Select(result => result.FirstOutcome));
            Assert.Equal(
                part.Select(operation => first[(int)operation.ClientSeq - 1].Status), replay.Select(result => result.Status));
        }

        Assert.Equal(before, await database.ScalarAsync<long>("SELECT count(*) FROM activity_logs"));
    }

    [Fact]
    public async Task A_batch_that_overlaps_what_is_known_goes_on_from_there()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database);
        Operation[] batch = [outbox.Create(NewCustomer()), outbox.Create(NewCustomer()), outbox.Create(NewCustomer())];
        await outbox.PushAsync(batch[..2]);

        var results = await outbox.PushAsync(batch);

        Assert.Equal(
            [OperationOutcome.Duplicate, OperationOutcome.Duplicate, OperationOutcome.Applied], results.Select(result => result.Outcome));
        Assert.Equal(3, await database.ScalarAsync<long>("SELECT count(*) FROM customers"));
    }

    [Fact]
    public async Task The_same_batch_from_many_streams_at_once_takes_effect_once()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database);
        Operation[] batch = [.. Enumerable.Range(0, 20).Select(_ => outbox.Create(NewCustomer()))];

        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => outbox.PushAsync([.. batch.Select(operation => operation.Clone())])));

        Assert.Equal(20, all.SelectMany(results => results).Count(result => result.Outcome == OperationOutcome.Applied));
        Assert.Equal(20, await database.ScalarAsync<long>("SELECT count(*) FROM customers"));
        Assert.Equal(20, await database.ScalarAsync<long>("SELECT count(*) FROM sync_queue"));
    }

    [Fact]
    public async Task A_gap_is_told_with_where_to_resume_and_nothing_is_taken()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database);
        await outbox.PushAsync(outbox.Create(NewCustomer()));
        _ = outbox.Create(NewCustomer());

        var outcome = await outbox.TryPushAsync(outbox.Create(NewCustomer()));

        Assert.Equal((ErrorReason.SequenceGap, 1), (outcome.Refusal, outcome.LastClientSeq));
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM customers"));
    }

    [Fact]
    public async Task A_number_used_by_another_operation_is_a_fork()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database);
        await outbox.PushAsync(outbox.Create(NewCustomer()));
        var restored = new Outbox(database, outbox.Actor);

        var outcome = await restored.TryPushAsync(restored.Create(NewCustomer()));

        Assert.Equal(ErrorReason.DeviceForked, outcome.Refusal);
    }

    [Fact]
    public async Task An_operation_pushed_again_under_a_new_device_id_is_still_known()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database);
        var operation = outbox.Create(NewCustomer());
        await outbox.PushAsync(operation);

        var anew = await CreateAsync(database);
        var result = Assert.Single(await anew.PushAsync(operation.Clone()));

        Assert.Equal((OperationOutcome.Duplicate, OperationOutcome.Applied), (result.Outcome, result.FirstOutcome));
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM customers"));
        Assert.Equal(OperationOutcome.Applied, Assert.Single(await anew.PushAsync(Renumber(anew))).Outcome);
    }

    [Fact]
    public async Task A_device_of_another_user_a_revoked_one_and_an_unknown_one_may_not_push()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var theirs = await CreateAsync(database, database.Worker);
        var stolen = new Outbox(database, theirs.Actor with { UserId = SyncedDatabase.Owner, Role = Role.Owner });
        Assert.Equal(ErrorReason.DeviceNotYours, (await stolen.TryPushAsync(stolen.Create(NewCustomer()))).Refusal);

        await database.RunAsync("UPDATE devices SET revoked_at = now()");
        Assert.Equal(ErrorReason.DeviceRevoked, (await theirs.TryPushAsync(theirs.Create(NewCustomer()))).Refusal);

        var unknown = new Outbox(database, theirs.Actor with { DeviceId = Guid.NewGuid() });
        Assert.Equal(ErrorReason.DeviceNotYours, (await unknown.TryPushAsync(unknown.Create(NewCustomer()))).Refusal);
    }

    [Fact]
    public async Task Another_users_operation_id_is_rejected_tells_nothing_and_blocks_nothing()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var owner = await CreateAsync(database);
        var theirs = owner.Create(NewCustomer());
        await owner.PushAsync(theirs);
        var worker = await CreateAsync(database, database.Worker);
        var stolen = worker.Create(NewCustomer());
        stolen.Id = theirs.Id;

        var result = Assert.Single(await worker.PushAsync(stolen));

        Assert.Equal(OperationOutcome.Rejected, result.Outcome);
        Assert.Equal(["operation.id"], Fields(result));
        Assert.Equal(OperationOutcome.Duplicate, Assert.Single(await worker.PushAsync(stolen)).Outcome);
        Assert.Equal("NOT_PERMITTED", Reason(Assert.Single(await worker.PushAsync(worker.Create(NewCustomer())))));
    }

    // The number that the device gave to the operation it pushed again is used up.
    private static Operation Renumber(Outbox outbox)
    {
        outbox.Create(NewCustomer());
        return outbox.Create(NewCustomer());
    }
}
