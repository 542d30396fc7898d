using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Outbox;

/// <summary>Edits that met somebody else's change: listed with both values, resolved by one call, none dropped.</summary>
public sealed class ConflictTests
{
    [Fact]
    public async Task A_merged_conflict_has_both_values_and_leaves_the_list_when_mine_are_kept()
    {
        using var device = await TestDevice.OpenAsync();
        var (row, operation) = await MergedAsync(device);

        var conflict = Assert.Single(await device.Outbox.ListConflictsAsync(TestDevice.Ct));
        Assert.Equal((ConflictKind.Merged, operation.Id), (conflict.Kind, conflict.OperationId));
        Assert.Equal(["name"], conflict.Fields);
        Assert.Equal(("Bea", "Zoe"), (conflict.Mine.Customer.Name, conflict.Theirs!.Customer.Name));

        await device.Outbox.KeepMineAsync(operation.Id, TestDevice.Ct);

        Assert.Empty(await device.Outbox.ListConflictsAsync(TestDevice.Ct));
        Assert.Empty(await device.Outbox.ListAsync(cancellationToken: TestDevice.Ct));
        Assert.Equal("Bea", (await device.Customers.GetAsync(row.Id, TestDevice.Ct)).Name);
    }

    [Fact]
    public async Task Keeping_theirs_of_a_merged_conflict_sets_their_value_again_by_an_edit()
    {
        using var device = await TestDevice.OpenAsync();
        var (row, operation) = await MergedAsync(device);

        await device.Outbox.KeepTheirsAsync(operation.Id, TestDevice.Ct);

        Assert.Equal("Zoe", (await device.Customers.GetAsync(row.Id, TestDevice.Ct)).Name);
        var back = Assert.Single(await device.TakeAsync(after: 1));
        Assert.Equal(("Bea", "Zoe"), (back.Seen.Customer.Name, back.Entity.Customer.Name));
        Assert.Empty(await device.Outbox.ListConflictsAsync(TestDevice.Ct));
    }

    [Fact]
    public async Task A_value_that_a_third_person_set_since_is_not_overwritten_by_keeping_theirs()
    {
        using var device = await TestDevice.OpenAsync();
        var (row, operation) = await MergedAsync(device);
        await device.ApplyAsync(Rows.Checkpoint("c3", 1, Rows.Saved(new Customer(row) { Name = "Third", UpdatedAt = Rows.At(20) })));

        // Not silently: neither value stands, and the conflict is there until a person dismisses it.
        var refused = await Assert.ThrowsAsync<EditRefusedException>(() => device.Outbox.KeepTheirsAsync(operation.Id, TestDevice.Ct));

        Assert.Contains("name", refused.Message, StringComparison.Ordinal);
        Assert.Equal("Third", (await device.Customers.GetAsync(row.Id, TestDevice.Ct)).Name);
        Assert.Empty(await device.TakeAsync(after: 1));
        await device.Outbox.KeepMineAsync(operation.Id, TestDevice.Ct);
        Assert.Empty(await device.Outbox.ListConflictsAsync(TestDevice.Ct));
    }

    [Fact]
    public async Task Keeping_theirs_over_a_later_edit_of_this_device_sets_them()
    {
        using var device = await TestDevice.OpenAsync();
        var (row, operation) = await MergedAsync(device);
        await device.Customers.UpdateAsync(row.Id, one => one.Name = "Later", cancellationToken: TestDevice.Ct);
        var theirs = (await device.Outbox.ListConflictsAsync(TestDevice.Ct)).Single().Theirs!.Customer.Name;

        await device.Outbox.KeepTheirsAsync(operation.Id, TestDevice.Ct);

        Assert.Equal(theirs, (await device.Customers.GetAsync(row.Id, TestDevice.Ct)).Name);
        Assert.Empty(await device.Outbox.ListConflictsAsync(TestDevice.Ct));
    }

    [Fact]
    public async Task Theirs_of_a_rejected_edit_is_not_this_devices_own_later_edit()
    {
        using var device = await TestDevice.OpenAsync();
        var row = Rows.Customer("Ada");
        await device.ApplyAsync(Rows.Checkpoint("c1", 0, Rows.Saved(row)));
        await device.Customers.UpdateAsync(row.Id, one => one.Name = "First", ConflictPolicy.Reject, TestDevice.Ct);
        await device.Customers.UpdateAsync(row.Id, one => one.Name = "Second", cancellationToken: TestDevice.Ct);
        var sent = await device.TakeAsync();
        var rejected = Rows.Result(sent[0], OperationOutcome.Rejected, "CONFLICT");
        rejected.ConflictingFields.Add("name");
        rejected.Entity = new() { Customer = new Customer(row) { Name = "Second", UpdatedAt = Rows.At(9) } };
        var merged = Rows.Result(sent[1], OperationOutcome.Merged);
        merged.ConflictingFields.Add("name");
        merged.Overwritten = new() { Customer = new() { Id = row.Id, Name = "Theirs" } };

        await device.RecordAsync(rejected, merged);

        Assert.All(await device.Outbox.ListConflictsAsync(TestDevice.Ct), conflict => Assert.Equal("Theirs", conflict.Theirs!.Customer.Name));
    }

    [Fact]
    public async Task Keeping_theirs_of_a_row_that_is_gone_says_so()
    {
        using var device = await TestDevice.OpenAsync();
        var (row, operation) = await MergedAsync(device);
        await device.ApplyAsync(Rows.Checkpoint("c3", 1, Rows.Deleted(EntityType.Customer, row.Id)));

        await Assert.ThrowsAsync<RowNotFoundException>(() => device.Outbox.KeepTheirsAsync(operation.Id, TestDevice.Ct));

        Assert.Empty(await device.TakeAsync(after: 1));
        await device.Outbox.KeepMineAsync(operation.Id, TestDevice.Ct);
        Assert.Empty(await device.Outbox.ListConflictsAsync(TestDevice.Ct));
    }

    [Fact]
    public async Task Theirs_that_a_rule_forbids_to_set_again_stay_listed()
    {
        using var device = await TestDevice.OpenAsync();
        var customer = Rows.Customer();
        var job = Rows.Job(customer.Id, status: JobStatus.InProgress);
        await device.ApplyAsync(Rows.Checkpoint("c1", 0, Rows.Saved(customer), Rows.Saved(job)));
        await device.Jobs.ChangeStatusAsync(job.Id, JobStatus.Completed, TestDevice.Ct);
        var operation = Assert.Single(await device.TakeAsync());
        var merged = Rows.Result(operation, OperationOutcome.Merged);
        merged.ConflictingFields.Add("status");
        merged.Overwritten = new() { Job = new Job { Id = job.Id, Status = JobStatus.OnHold } };
        await device.RecordAsync(merged);

        await Assert.ThrowsAsync<EditRefusedException>(() => device.Outbox.KeepTheirsAsync(operation.Id, TestDevice.Ct));

        Assert.Single(await device.Outbox.ListConflictsAsync(TestDevice.Ct));
        Assert.Equal(JobStatus.Completed, (await device.Jobs.GetAsync(job.Id, TestDevice.Ct)).Status);
    }

    [Fact]
    public async Task A_rejected_conflict_is_sent_again_over_the_value_that_the_server_named()
    {
        using var device = await TestDevice.OpenAsync();
        var (row, operation) = await RejectedAsync(device);

        var conflict = Assert.Single(await device.Outbox.ListConflictsAsync(TestDevice.Ct));
        Assert.Equal((ConflictKind.Rejected, "Bea", "Zoe"), (conflict.Kind, conflict.Mine.Customer.Name, conflict.Theirs!.Customer.Name));
        // The delta with Zoe is still on its way: the edit must have seen it all the same, or it is refused once more.
        Assert.Equal("Ada", (await device.Customers.GetAsync(row.Id, TestDevice.Ct)).Name);

        await device.Outbox.KeepMineAsync(operation.Id, TestDevice.Ct);

        var again = Assert.Single(await device.TakeAsync(after: 1));
        Assert.Equal(("Zoe", "Bea"), (again.Seen.Customer.Name, again.Entity.Customer.Name));
        Assert.Equal("Bea", (await device.Customers.GetAsync(row.Id, TestDevice.Ct)).Name);
        Assert.Empty(await device.Outbox.ListConflictsAsync(TestDevice.Ct));
    }

    [Fact]
    public async Task Keeping_theirs_of_a_rejected_conflict_discards_the_edit()
    {
        using var device = await TestDevice.OpenAsync();
        var (_, operation) = await RejectedAsync(device);

        await device.Outbox.KeepTheirsAsync(operation.Id, TestDevice.Ct);

        Assert.Empty(await device.Outbox.ListConflictsAsync(TestDevice.Ct));
        Assert.Empty(await device.StatesAsync());
    }

    [Fact]
    public async Task What_is_no_conflict_is_not_resolved_as_one()
    {
        using var device = await TestDevice.OpenAsync();
        var (_, operation) = await EditedAsync(device, ConflictPolicy.LastWriteWins);
        var refused = Rows.Result(operation, OperationOutcome.Rejected);
        refused.Status = Rows.Status("NOT_PERMITTED");
        await device.RecordAsync(refused);

        Assert.Empty(await device.Outbox.ListConflictsAsync(TestDevice.Ct));
        await Assert.ThrowsAsync<RowNotFoundException>(() => device.Outbox.KeepTheirsAsync(operation.Id, TestDevice.Ct));
        await Assert.ThrowsAsync<RowNotFoundException>(() => device.Outbox.KeepMineAsync(Rows.NewId(), TestDevice.Ct));
        Assert.Equal([OutboxState.Rejected], await device.StatesAsync());
    }

    private static async Task<(Customer Row, Operation Operation)> MergedAsync(TestDevice device)
    {
        var (row, operation) = await EditedAsync(device, ConflictPolicy.LastWriteWins);
        var result = Rows.Result(operation, OperationOutcome.Merged);
        result.ConflictingFields.Add("name");
        result.Overwritten = new() { Customer = new Customer { Id = row.Id, Name = "Zoe" } };
        await device.RecordAsync(result);
        await device.ApplyAsync(Rows.Checkpoint("c2", 1, Rows.Saved(new Customer(row) { Name = "Bea", UpdatedAt = Rows.At(10) })));
        return (row, operation);
    }

    private static async Task<(Customer Row, Operation Operation)> RejectedAsync(TestDevice device)
    {
        var (row, operation) = await EditedAsync(device, ConflictPolicy.Reject);
        var result = Rows.Result(operation, OperationOutcome.Rejected);
        result.Status = Rows.Status("CONFLICT");
        result.ConflictingFields.Add("name");
        result.Entity = new() { Customer = new Customer(row) { Name = "Zoe", UpdatedAt = Rows.At(10) } };
        await device.RecordAsync(result);
        return (row, operation);
    }

    private static async Task<(Customer Row, Operation Operation)> EditedAsync(TestDevice device, ConflictPolicy policy)
    {
        var row = Rows.Customer("Ada");
        await device.ApplyAsync(Rows.Checkpoint("c1", 0, Rows.Saved(row)));
        await device.Customers.UpdateAsync(row.Id, edit => edit.Name = "Bea", policy, TestDevice.Ct);
        return (row, Assert.Single(await device.TakeAsync()));
    }
}
