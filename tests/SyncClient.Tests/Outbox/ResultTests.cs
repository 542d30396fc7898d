using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Outbox;

public sealed class ResultTests
{
    [Fact]
    public async Task An_applied_edit_stays_until_the_checkpoint_that_includes_it()
    {
        using var device = await TestDevice.OpenAsync();
        var (row, operation) = await EditedAsync(device);
        await device.RecordAsync(Rows.Result(operation, OperationOutcome.Applied));

        // A delta that was read before the edit took effect must not bring the old name back.
        await device.ApplyAsync(Rows.Checkpoint("c2", 0, Rows.Saved(row)));
        Assert.Equal("Bea", (await device.Customers.GetAsync(row.Id, TestDevice.Ct)).Name);
        Assert.Equal([OutboxState.Acknowledged], await device.StatesAsync());

        var settled = new Customer(row) { Name = "Bea", UpdatedAt = Rows.At(9), UpdatedById = device.User.Id };
        await device.ApplyAsync(Rows.Checkpoint("c3", 1, Rows.Saved(settled)));
        Assert.Equal(settled, await device.Customers.GetAsync(row.Id, TestDevice.Ct));
        Assert.Empty(await device.StatesAsync());
    }

    [Fact]
    public async Task A_result_that_comes_after_its_checkpoint_settles_the_edit_too()
    {
        using var device = await TestDevice.OpenAsync();
        var (row, operation) = await EditedAsync(device);
        var settled = new Customer(row) { Name = "Bea", UpdatedAt = Rows.At(9) };
        await device.ApplyAsync(Rows.Checkpoint("c2", 1, Rows.Saved(settled)));
        Assert.Equal([OutboxState.Sent], await device.StatesAsync());

        var duplicate = Rows.Result(operation, OperationOutcome.Duplicate);
        duplicate.FirstOutcome = OperationOutcome.Applied;
        await device.RecordAsync(duplicate);

        Assert.Empty(await device.StatesAsync());
        Assert.Equal(settled, await device.Customers.GetAsync(row.Id, TestDevice.Ct));
    }

    [Theory]
    [InlineData(OperationOutcome.Rejected, OperationOutcome.Unspecified)]
    [InlineData(OperationOutcome.Duplicate, OperationOutcome.Rejected)]
    public async Task A_rejected_edit_leaves_the_row_and_is_kept_with_its_reason(OperationOutcome outcome, OperationOutcome first)
    {
        using var device = await TestDevice.OpenAsync();
        var (row, operation) = await EditedAsync(device);
        var result = Rows.Result(operation, outcome);
        (result.FirstOutcome, result.Status, result.Entity) = (first, Rows.Status("CONFLICT", "Changed meanwhile."), new() { Customer = row });
        await device.RecordAsync(result);
        await device.ApplyAsync(Rows.Checkpoint("c2", 1));

        Assert.Equal("Ada", (await device.Customers.GetAsync(row.Id, TestDevice.Ct)).Name);
        var entry = Assert.Single(await device.Outbox.ListAsync(OutboxState.Rejected, cancellationToken: TestDevice.Ct));
        Assert.Equal((ErrorReason.Conflict, "Changed meanwhile.", row), (entry.Reason, entry.Message, entry.ServerRow!.Customer));
    }

    [Fact]
    public async Task A_rejected_create_stays_to_be_corrected_and_a_retry_has_another_id()
    {
        using var device = await TestDevice.OpenAsync();
        var customer = await device.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, TestDevice.Ct);
        var operation = Assert.Single(await device.TakeAsync());
        var result = Rows.Result(operation, OperationOutcome.Rejected);
        result.Status = Rows.Status("FIELD_INVALID");
        await device.RecordAsync(result);
        Assert.NotNull(await device.Customers.FindAsync(customer.Id, TestDevice.Ct));

        await device.Outbox.RetryAsync(operation.Id, TestDevice.Ct);

        Assert.Equal("Ada", (await device.Customers.GetAsync(customer.Id, TestDevice.Ct)).Name);
        var again = Assert.Single(await device.TakeAsync());
        Assert.NotEqual(operation.Id, again.Id);
        Assert.Equal((2L, operation.Entity), (again.ClientSeq, again.Entity));
    }

    [Fact]
    public async Task A_retried_update_has_seen_the_row_as_it_now_is()
    {
        using var device = await TestDevice.OpenAsync();
        var (row, operation) = await EditedAsync(device);
        await device.RecordAsync(Rejected(operation));
        await device.ApplyAsync(Rows.Checkpoint("c2", 1, Rows.Saved(new Customer(row) { Name = "Zoe" })));

        await device.Outbox.RetryAsync(operation.Id, TestDevice.Ct);

        var again = Assert.Single(await device.TakeAsync());
        Assert.Equal(("Zoe", "Bea"), (again.Seen.Customer.Name, again.Entity.Customer.Name));
    }

    [Fact]
    public async Task An_edit_behind_a_rejected_one_is_put_on_the_value_before_it()
    {
        using var device = await TestDevice.OpenAsync();
        var (row, operation) = await EditedAsync(device);
        await device.Customers.UpdateAsync(row.Id, edit => edit.Name = "Cleo", cancellationToken: TestDevice.Ct);
        await device.RecordAsync(Rejected(operation));

        var next = Assert.Single(await device.TakeAsync());
        Assert.Equal(("Ada", "Cleo"), (next.Seen.Customer.Name, next.Entity.Customer.Name));
        Assert.Equal("Cleo", (await device.Customers.GetAsync(row.Id, TestDevice.Ct)).Name);
    }

    [Fact]
    public async Task A_deferred_edit_stays_until_its_later_result_has_come_back()
    {
        using var device = await TestDevice.OpenAsync();
        var (row, operation) = await EditedAsync(device);
        await device.RecordAsync(Rows.Result(operation, OperationOutcome.Deferred));
        await device.ApplyAsync(Rows.Checkpoint("c2", 1, Rows.Saved(row)));
        Assert.Equal([OutboxState.Deferred], await device.StatesAsync());

        var later = Rows.Result(operation, OperationOutcome.Applied);
        var settled = new Customer(row) { Name = "Bea", UpdatedAt = Rows.At(9) };
        later.Entity = new() { Customer = settled };
        await device.RecordAsync(later);
        await device.ApplyAsync(Rows.Checkpoint("c3", 1, Rows.Saved(row)));
        Assert.Equal("Bea", (await device.Customers.GetAsync(row.Id, TestDevice.Ct)).Name);

        await device.ApplyAsync(Rows.Checkpoint("c4", 1, Rows.Saved(settled)));
        Assert.Empty(await device.StatesAsync());
        Assert.Equal(settled, await device.Customers.GetAsync(row.Id, TestDevice.Ct));
    }

    private static async Task<(Customer Row, Operation Operation)> EditedAsync(TestDevice device)
    {
        var row = Rows.Customer("Ada");
        await device.ApplyAsync(Rows.Checkpoint("c1", 0, Rows.Saved(row)));
        await device.Customers.UpdateAsync(row.Id, edit => edit.Name = "Bea", cancellationToken: TestDevice.Ct);
        return (row, Assert.Single(await device.TakeAsync()));
    }

    private static OperationResult Rejected(Operation operation)
    {
        var result = Rows.Result(operation, OperationOutcome.Rejected);
        result.Status = Rows.Status("CONFLICT");
        return result;
    }
}
