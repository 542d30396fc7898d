using KhsCrm.Storage.Tests.Deltas;
using KhsCrm.TestKit;
using KhsCrm.V1;
using Xunit;
using static KhsCrm.Storage.Tests.Push.Outbox;

namespace KhsCrm.Storage.Tests.Push;

/// <summary>
/// A row that another program changes after a push has read it and before the push writes it, or locks it (ADR 16): the push
/// decides anew, and overwrites nothing in silence.
/// </summary>
public sealed class ChangedMeanwhileTests
{
    private const string Write = "UPDATE customers t";
    private const string Lock = "FOR NO KEY UPDATE";

    [Fact]
    public async Task An_edit_of_another_field_is_kept()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var (outbox, seen) = await SetUpAsync(database, customers: 1);

        var push = await CommitMeanwhileAsync(
            database, Write, "UPDATE customers SET phone = '555-1'", () => outbox.PushAsync(outbox.Update(With(seen[0], "mine"), seen[0], "notes")));

        var result = Assert.Single(await push);
        Assert.Equal(OperationOutcome.Applied, result.Outcome);
        Assert.Equal(("555-1", "mine"), (result.Entity.Customer.Phone, result.Entity.Customer.Notes));
        Assert.Equal("555-1/mine", await database.ScalarAsync<string>("SELECT phone || '/' || notes FROM customers"));
    }

    [Fact]
    public async Task An_edit_of_the_same_field_is_shown_as_overwritten()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var (outbox, seen) = await SetUpAsync(database, customers: 1);

        var push = await CommitMeanwhileAsync(
            database, Write, "UPDATE customers SET notes = 'theirs'", () => outbox.PushAsync(outbox.Update(With(seen[0], "mine"), seen[0], "notes")));

        var result = Assert.Single(await push);
        Assert.Equal(OperationOutcome.Merged, result.Outcome);
        Assert.Equal("theirs", result.Overwritten.Customer.Notes);
        Assert.Equal("mine", result.Entity.Customer.Notes);
    }

    [Fact]
    public async Task An_edited_row_is_not_deleted()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var (outbox, customers) = await SetUpAsync(database, customers: 1);
        var seen = (await outbox.PushAsync(outbox.Create(NewJob(customers[0].Customer.Id))))[0].Entity;

        var push = await CommitMeanwhileAsync(
            database,
            Lock,
            "UPDATE jobs SET title = 'theirs'",
            () => outbox.PushAsync(outbox.Delete(new Entity { Job = new Job { Id = seen.Job.Id } }, seen)));

        var result = Assert.Single(await push);
        Assert.Equal((OperationOutcome.Rejected, "CONFLICT"), (result.Outcome, Reason(result)));
        Assert.Equal("theirs", await database.ScalarAsync<string>("SELECT title FROM jobs"));
    }

    [Fact]
    public async Task A_row_that_is_deleted_rejects_its_operation_and_no_other()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var (outbox, seen) = await SetUpAsync(database, customers: 3);
        var gone = seen[1].Customer.Id;

        var push = await CommitMeanwhileAsync(
            database,
            Write,
            $"DELETE FROM customers WHERE id = '{gone}'",
            () => outbox.PushAsync([.. seen.Select(row => outbox.Update(With(row, "mine"), row, "notes"))]));

        var results = await push;
        Assert.Equal(
            [OperationOutcome.Applied, OperationOutcome.Rejected, OperationOutcome.Applied], results.Select(result => result.Outcome));
        Assert.Equal("ROW_DELETED", Reason(results[1]));
        Assert.Equal(2, await database.ScalarAsync<long>("SELECT count(*) FROM customers WHERE notes = 'mine'"));
        Assert.Equal(3, await database.ScalarAsync<long>("SELECT count(*) FROM sync_queue WHERE operation = 'update'"));
        // Each edit that took effect took effect once.
        Assert.Equal(2, await database.ScalarAsync<long>("SELECT count(*) FROM activity_logs WHERE action = 'update'"));
    }

    [Fact]
    public async Task What_is_refused_is_decided_anew_under_locks()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var (outbox, seen) = await SetUpAsync(database, customers: 1);
        var operation = outbox.Update(With(seen[0], "mine"), With(seen[0], "of another device"), "notes");
        operation.ConflictPolicy = ConflictPolicy.Reject;

        var push = await CommitMeanwhileAsync(database, Lock, "UPDATE customers SET notes = 'theirs'", () => outbox.PushAsync(operation));

        var result = Assert.Single(await push);
        Assert.Equal((OperationOutcome.Rejected, "CONFLICT"), (result.Outcome, Reason(result)));
        Assert.Equal("theirs", result.Entity.Customer.Notes);
    }

    // The sync point: the other program has written and not committed when the push comes to the statement.
    private static async Task<Task<IReadOnlyList<OperationResult>>> CommitMeanwhileAsync(
        SyncedDatabase database, string at, string sql, Func<Task<IReadOnlyList<OperationResult>>> pushAsync)
    {
        await using var other = await HeldTransaction.BeginAsync(database.DataSource, sql, SyncedDatabase.Cancellation);
        var push = pushAsync();
        await other.WaitForVictimAsync(push, at);
        await other.CommitAsync();
        return push;
    }

    private static async Task<(Outbox Outbox, Entity[] Seen)> SetUpAsync(SyncedDatabase database, int customers)
    {
        var outbox = await CreateAsync(database);
        var created = await outbox.PushAsync([.. Enumerable.Range(0, customers).Select(_ => outbox.Create(NewCustomer()))]);
        return (outbox, [.. created.Select(result => result.Entity)]);
    }

    private static Entity With(Entity seen, string notes)
    {
        var row = seen.Clone();
        row.Customer.Notes = notes;
        return row;
    }
}
