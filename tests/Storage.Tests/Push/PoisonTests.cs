using KhsCrm.Storage.Tests.Deltas;
using KhsCrm.V1;
using Xunit;
using static KhsCrm.Storage.Tests.Push.Outbox;

namespace KhsCrm.Storage.Tests.Push;

/// <summary>Promises 5 and 6: a bad operation is told why, is recorded, and blocks nobody.</summary>
public sealed class PoisonTests
{
    public static TheoryData<string, string, string> BadRows => new()
    {
        { "name", "FIELD_INVALID", "name" },
        { "long name", "FIELD_INVALID", "name" },
        { "nul", "FIELD_INVALID", "notes" },
        { "id", "FIELD_INVALID", "id" },
        { "email", "FIELD_INVALID", "email" },
        { "customer", "REFERENCE_NOT_FOUND", "customer_id" },
        { "status", "ENUM_VALUE_UNKNOWN", "status" },
        { "dates", "FIELD_INVALID", "end_date" },
        { "quantity", "FIELD_INVALID", "quantity" },
        { "job", "REFERENCE_NOT_FOUND", "job_id" },
        { "nothing", "FIELD_INVALID", "operation.entity" },
        { "kind", "FIELD_INVALID", "operation.kind" },
        { "mask", "FIELD_INVALID", "operation.update_mask" },
    };

    [Theory]
    [MemberData(nameof(BadRows))]
    public async Task A_bad_operation_costs_its_own_result_and_names_the_field(string fault, string reason, string field)
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var outbox = await CreateAsync(database);
        var customer = NewCustomer();
        var before = outbox.Create(customer);
        var bad = Bad(outbox, fault, customer.Id);
        var after = outbox.Create(NewCustomer());

        var results = await outbox.PushAsync(before, bad, after);

        Assert.Equal(
            [OperationOutcome.Applied, OperationOutcome.Rejected, OperationOutcome.Applied], results.Select(result => result.Outcome));
        Assert.Equal(reason, Reason(results[1]));
        Assert.Equal([field], Fields(results[1]));
        Assert.Equal("failed", await database.ScalarAsync<string>("SELECT status FROM sync_queue WHERE client_seq = 2"));
        Assert.Equal(OperationOutcome.Rejected, (await outbox.PushAsync(bad))[0].FirstOutcome);
    }

    [Fact]
    public async Task What_only_the_database_refuses_is_narrowed_down_to_the_guilty_operation()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        await database.RunAsync("ALTER TABLE customers ADD CONSTRAINT check_no_poison CHECK (name <> 'poison')");
        var outbox = await CreateAsync(database);
        Operation[] batch =
        [
            .. Enumerable.Range(0, 100).Select(i => outbox.Create(NewCustomer(i is 17 or 63 ? "poison" : $"good {i}"))),
        ];

        var results = await outbox.PushAsync(batch);

        Assert.Equal([17, 63], Enumerable.Range(0, 100).Where(i => results[i].Outcome == OperationOutcome.Rejected));
        Assert.Equal(98, await database.ScalarAsync<long>("SELECT count(*) FROM customers"));
        Assert.Contains("check_no_poison", results[17].Status.Message, StringComparison.Ordinal);
        Assert.All(await outbox.PushAsync(batch), result => Assert.Equal(OperationOutcome.Duplicate, result.Outcome));
    }

    private static Operation Bad(Outbox outbox, string fault, string customerId)
    {
        var job = NewJob(customerId);
        var material = NewMaterial($"{Guid.NewGuid()}");
        var customer = NewCustomer();
        switch (fault)
        {
            case "name":
                customer.Name = " ";
                return outbox.Create(customer);
            case "long name":
                customer.Name = new string('x', 256);
                return outbox.Create(customer);
            case "nul":
                customer.Notes = "a\0b";
                return outbox.Create(customer);
            case "id":
                customer.Id = "42";
                return outbox.Create(customer);
            case "email":
                customer.Email = "nobody";
                return outbox.Create(customer);
            case "customer":
                job.CustomerId = $"{Guid.NewGuid()}";
                return outbox.Create(job);
            case "status":
                job.Status = (JobStatus)42;
                return outbox.Create(job);
            case "dates":
                job.StartDate = new() { Year = 2026, Month = 2, Day = 2 };
                job.EndDate = new() { Year = 2026, Month = 2, Day = 1 };
                return outbox.Create(job);
            case "quantity":
                material.Quantity = "-1";
                return outbox.Create(material);
            case "job":
                return outbox.Create(material);
            case "nothing":
                return outbox.Create(new Entity());
            case "kind":
                var operation = outbox.Create(customer);
                operation.Kind = OperationKind.Unspecified;
                return operation;
            default:
                return outbox.Update(new Entity { Customer = customer }, null, "created_at");
        }
    }
}
