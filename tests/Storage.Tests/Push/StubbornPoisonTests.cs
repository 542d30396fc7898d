using Google.Protobuf.WellKnownTypes;
using KhsCrm.Storage.Tests.Deltas;
using KhsCrm.V1;
using Xunit;
using static KhsCrm.Storage.Tests.Push.Outbox;

namespace KhsCrm.Storage.Tests.Push;

/// <summary>Promise 6 for operations that are hard to put down in the ledger.</summary>
public sealed class StubbornPoisonTests
{
    [Theory]
    [InlineData("mask", OperationOutcome.Rejected)]
    [InlineData("time", OperationOutcome.Applied)]
    [InlineData("number", OperationOutcome.Rejected)]
    public async Task An_operation_that_JSON_cannot_show_is_answered_all_the_same(string fault, OperationOutcome outcome)
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database);
        var customer = NewCustomer();
        var before = outbox.Create(NewCustomer());
        var bad = fault switch
        {
            "mask" => outbox.Update(new Entity { Customer = customer }, null, "camelCase"),
            "time" => outbox.Create(
                new Customer(customer) { CreatedAt = new Timestamp { Seconds = long.MaxValue, Nanos = -1 } }),
            _ => outbox.Create(new Entity
            {
                ActivityLog = new ActivityLog
                {
                    Id = customer.Id,
                    Details = new Struct { Fields = { ["n"] = Value.ForNumber(double.NaN) } },
                },
            }),
        };

        var results = await outbox.PushAsync(before, bad, outbox.Create(NewCustomer()));

        Assert.Equal(outcome, results[1].Outcome);
    }

    [Fact]
    public async Task An_operation_id_used_again_for_another_edit_is_refused_and_blocks_nothing()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database);
        var first = outbox.Create(NewCustomer());
        await outbox.PushAsync(first);

        for (var i = 0; i < 3; i++)
        {
            var again = outbox.Create(NewCustomer());
            again.Id = first.Id;
            var results = await outbox.PushAsync(again, outbox.Create(NewCustomer()));
            Assert.Equal([OperationOutcome.Rejected, OperationOutcome.Applied], results.Select(result => result.Outcome));
            Assert.Equal(["operation.id"], Fields(results[0]));
        }
    }

    [Fact]
    public async Task A_misspelt_operation_id_used_again_and_again_blocks_nothing()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database);
        var id = $"{Guid.CreateVersion7()}".ToUpperInvariant();
        for (var i = 0; i < 3; i++)
        {
            var bad = outbox.Create(NewCustomer());
            bad.Id = id;
            var results = await outbox.PushAsync(bad, outbox.Create(NewCustomer()));
            Assert.Equal([OperationOutcome.Rejected, OperationOutcome.Applied], results.Select(result => result.Outcome));
        }
    }

    [Fact]
    public async Task An_operation_id_of_another_user_shows_nothing_of_theirs_and_blocks_nothing()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var theirs = await CreateAsync(database);
        var operation = theirs.Create(NewCustomer());
        await theirs.PushAsync(operation);
        var mine = await CreateAsync(database, database.Worker);
        for (var i = 0; i < 3; i++)
        {
            var stolen = mine.Create(NewCustomer());
            stolen.Id = operation.Id;
            var result = Assert.Single(await mine.PushAsync(stolen));
            Assert.Equal((OperationOutcome.Rejected, null), (result.Outcome, result.Entity));
        }
    }
}
