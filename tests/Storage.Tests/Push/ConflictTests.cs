using KhsCrm.Storage.Tests.Deltas;
using KhsCrm.V1;
using Xunit;
using static KhsCrm.Storage.Tests.Push.Outbox;

namespace KhsCrm.Storage.Tests.Push;

/// <summary>Conflicts are decided per field, and nothing is overwritten in silence.</summary>
public sealed class ConflictTests
{
    [Fact]
    public async Task Different_fields_of_one_row_both_stay()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var (outbox, seen) = await SetUpAsync(database);
        await database.RunAsync("UPDATE customers SET phone = '555-1'");

        var result = Assert.Single(await outbox.PushAsync(outbox.Update(With(seen, notes: "mine"), seen, "notes")));

        Assert.Equal(OperationOutcome.Applied, result.Outcome);
        Assert.Equal(("555-1", "mine"), (result.Entity.Customer.Phone, result.Entity.Customer.Notes));
    }

    [Fact]
    public async Task The_last_write_wins_and_the_overwritten_value_is_in_the_result_and_the_audit_trail()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var (outbox, seen) = await SetUpAsync(database);
        await database.RunAsync("UPDATE customers SET notes = 'theirs'");

        var result = Assert.Single(await outbox.PushAsync(outbox.Update(With(seen, notes: "mine"), seen, "notes")));

        Assert.Equal(OperationOutcome.Merged, result.Outcome);
        Assert.Equal("theirs", result.Overwritten.Customer.Notes);
        Assert.Equal("mine", result.Entity.Customer.Notes);
        Assert.Equal(
            1, await database.ScalarAsync<long>("SELECT count(*) FROM activity_logs WHERE details->'notes'->>'old' = 'theirs'"));
    }

    [Fact]
    public async Task The_policy_reject_keeps_the_row_and_shows_it()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var (outbox, seen) = await SetUpAsync(database);
        await database.RunAsync("UPDATE customers SET notes = 'theirs'");
        var operation = outbox.Update(With(seen, notes: "mine"), seen, "notes");
        operation.ConflictPolicy = ConflictPolicy.Reject;

        var result = Assert.Single(await outbox.PushAsync(operation));

        Assert.Equal((OperationOutcome.Rejected, "CONFLICT"), (result.Outcome, Reason(result)));
        Assert.Equal(["notes"], result.ConflictingFields);
        Assert.Equal("theirs", result.Entity.Customer.Notes);
    }

    [Fact]
    public async Task A_value_that_is_there_already_is_no_conflict_and_no_change()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var (outbox, seen) = await SetUpAsync(database);
        await database.RunAsync("UPDATE customers SET notes = 'same'");
        var stamp = await database.ScalarAsync<DateTime>("SELECT updated_at FROM customers");

        var result = Assert.Single(await outbox.PushAsync(outbox.Update(With(seen, notes: "same"), seen, "notes")));

        Assert.Equal(OperationOutcome.Applied, result.Outcome);
        Assert.Equal(stamp, await database.ScalarAsync<DateTime>("SELECT updated_at FROM customers"));
    }

    [Fact]
    public async Task An_update_of_a_deleted_row_and_its_return_are_rejected()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var (outbox, seen) = await SetUpAsync(database);
        await database.RunAsync("DELETE FROM customers");

        var results = await outbox.PushAsync(
            outbox.Update(With(seen, notes: "mine"), seen, "notes"), outbox.Create(seen.Customer.Clone()));

        Assert.All(results, result => Assert.Equal("ROW_DELETED", Reason(result)));
    }

    [Fact]
    public async Task A_delete_takes_an_edited_row_only_when_it_says_so()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database);
        var job = await database.AddJobAsync(await database.AddCustomerAsync());
        var device = database.Device();
        await device.SyncAsync();
        var seen = device.Rows[(EntityType.Job, $"{job}")];
        await database.RunAsync("UPDATE jobs SET title = 'theirs'");
        var row = new Entity { Job = new Job { Id = $"{job}" } };

        var kept = Assert.Single(await outbox.PushAsync(outbox.Delete(row, seen)));
        Assert.Equal(("CONFLICT", "theirs"), (Reason(kept), kept.Entity.Job.Title));

        var insisting = outbox.Delete(row, seen);
        insisting.ConflictPolicy = ConflictPolicy.LastWriteWins;
        var gone = Assert.Single(await outbox.PushAsync(insisting));
        Assert.Equal((OperationOutcome.Merged, "theirs"), (gone.Outcome, gone.Overwritten.Job.Title));
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM jobs"));
    }

    private static async Task<(Outbox Outbox, Entity Seen)> SetUpAsync(SyncedDatabase database)
    {
        var outbox = await CreateAsync(database);
        var created = await outbox.PushAsync(outbox.Create(NewCustomer()));
        return (outbox, created[0].Entity);
    }

    private static Entity With(Entity seen, string notes)
    {
        var row = seen.Clone();
        row.Customer.Notes = notes;
        return row;
    }
}
