using KhsCrm.Storage.Push.Deferral;
using KhsCrm.Storage.Tests.Deltas;
using KhsCrm.V1;
using Xunit;
using static KhsCrm.Storage.Tests.Push.Outbox;

namespace KhsCrm.Storage.Tests.Push;

/// <summary>Promise 2: an operation that was answered is known again, also when its id is not the key that the ledger has it by.</summary>
public sealed class RecordedIdTests
{
    private static readonly DeferralOptions Deferral = new();

    [Fact]
    public async Task One_with_an_id_used_twice_is_known_after_a_person_has_it_applied()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database);
        var (first, second) = (outbox.Create(NewCustomer()), outbox.Create(NewCustomer()));
        second.Id = first.Id;
        await outbox.PushAsync(first, second);

        var late = await RetryAsync(database, second);

        Assert.Equal((second.Id, OperationOutcome.Applied), (late.OperationId, late.Outcome));
        var replay = await outbox.PushAsync(first.Clone(), second.Clone());
        Assert.Equal([OperationOutcome.Applied, OperationOutcome.Applied], replay.Select(result => result.FirstOutcome));
        Assert.Equal(2, await database.ScalarAsync<long>("SELECT count(*) FROM customers"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    public async Task One_of_which_nothing_is_left_is_known_after_a_person_retries_it(string payload)
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database);
        var operation = outbox.Create(NewCustomer());
        operation.Id = operation.Id.ToUpperInvariant();
        await outbox.PushAsync(operation);
        await database.RunAsync($"UPDATE sync_queue SET payload = '{payload}', message = NULL");

        var late = await RetryAsync(database, operation);

        Assert.Equal((operation.Id, OperationOutcome.Rejected, "FAULT"), (late.OperationId, late.Outcome, Reason(late)));
        Assert.Equal(OperationOutcome.Rejected, Assert.Single(await outbox.PushAsync(operation.Clone())).FirstOutcome);
    }

    [Fact]
    public async Task One_whose_result_cannot_be_read_is_no_other_one()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database);
        var operation = outbox.Create(NewCustomer());
        operation.Id = operation.Id.ToUpperInvariant();
        await outbox.PushAsync(operation);
        await database.RunAsync("UPDATE sync_queue SET result = '[]'");

        var replay = Assert.Single(await outbox.PushAsync(operation.Clone()));

        Assert.Equal((operation.Id, OperationOutcome.Rejected, "FAULT"), (replay.OperationId, replay.FirstOutcome, Reason(replay)));
    }

    private static async Task<OperationResult> RetryAsync(SyncedDatabase database, Operation operation)
    {
        var key = await database.ScalarAsync<Guid>($"SELECT id FROM sync_queue WHERE client_seq = {operation.ClientSeq}");
        return (await database.Deferred(Deferral).RetryAsync(key, SyncedDatabase.Cancellation))!.Result;
    }
}
