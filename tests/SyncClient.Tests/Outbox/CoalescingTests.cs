using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Outbox;

public sealed class CoalescingTests
{
    [Fact]
    public async Task Edits_of_a_row_that_was_not_sent_are_one_operation()
    {
        using var device = await TestDevice.OpenAsync();
        var customer = await device.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, TestDevice.Ct);
        await device.Customers.UpdateAsync(customer.Id, row => row.Phone = "1", cancellationToken: TestDevice.Ct);
        await device.Customers.UpdateAsync(customer.Id, row => row.Name = "Bea", cancellationToken: TestDevice.Ct);

        var operation = Assert.Single(await device.TakeAsync());

        Assert.Equal(OperationKind.Create, operation.Kind);
        Assert.Equal(("Bea", "1"), (operation.Entity.Customer.Name, operation.Entity.Customer.Phone));
        Assert.Null(operation.Entity.Customer.CreatedAt);
    }

    [Fact]
    public async Task An_edit_after_the_row_was_sent_is_an_operation_of_its_own()
    {
        using var device = await TestDevice.OpenAsync();
        var customer = await device.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, TestDevice.Ct);
        var first = Assert.Single(await device.TakeAsync());
        await device.Customers.UpdateAsync(customer.Id, row => row.Name = "Bea", cancellationToken: TestDevice.Ct);

        var again = await device.TakeAsync();

        Assert.Equal(first, again[0]);
        Assert.Equal((2L, OperationKind.Update, "Ada"), (again[1].ClientSeq, again[1].Kind, again[1].Seen.Customer.Name));
    }

    [Fact]
    public async Task Joined_updates_keep_the_value_that_was_seen_first()
    {
        using var device = await TestDevice.OpenAsync();
        var row = Rows.Customer("Ada");
        await device.ApplyAsync(Rows.Checkpoint("c", 0, Rows.Saved(row)));
        await device.Customers.UpdateAsync(row.Id, edit => edit.Name = "Bea", cancellationToken: TestDevice.Ct);
        await device.Customers.UpdateAsync(row.Id, edit => (edit.Name, edit.Phone) = ("Cleo", "1"), cancellationToken: TestDevice.Ct);

        var operation = Assert.Single(await device.TakeAsync());

        Assert.Equal(["name", "phone"], operation.UpdateMask.Paths);
        Assert.Equal(("Ada", false), (operation.Seen.Customer.Name, operation.Seen.Customer.HasPhone));
        Assert.Equal(("Cleo", "1"), (operation.Entity.Customer.Name, operation.Entity.Customer.Phone));
    }

    [Fact]
    public async Task An_edit_and_its_reversal_leave_nothing_to_send()
    {
        using var device = await TestDevice.OpenAsync();
        var row = Rows.Customer("Ada");
        await device.ApplyAsync(Rows.Checkpoint("c", 0, Rows.Saved(row)));
        await device.Customers.ArchiveAsync(row.Id, TestDevice.Ct);
        await device.Customers.RestoreAsync(row.Id, TestDevice.Ct);

        Assert.Empty(await device.Outbox.ListAsync(cancellationToken: TestDevice.Ct));
        Assert.Equal(row, await device.Customers.GetAsync(row.Id, TestDevice.Ct));
    }

    [Fact]
    public async Task Each_change_of_a_status_is_sent_so_that_the_history_shows_it()
    {
        using var device = await TestDevice.OpenAsync();
        var customer = Rows.Customer();
        var job = Rows.Job(customer.Id);
        await device.ApplyAsync(Rows.Checkpoint("c", 0, Rows.Saved(customer), Rows.Saved(job)));
        await device.Jobs.ChangeStatusAsync(job.Id, JobStatus.InProgress, TestDevice.Ct);
        await device.Jobs.ChangeStatusAsync(job.Id, JobStatus.Completed, TestDevice.Ct);

        var batch = await device.TakeAsync();

        Assert.Equal([JobStatus.InProgress, JobStatus.Completed], batch.Select(operation => operation.Entity.Job.Status));
        Assert.Equal([JobStatus.NotStarted, JobStatus.InProgress], batch.Select(operation => operation.Seen.Job.Status));
    }

    [Fact]
    public async Task An_edit_that_names_a_row_made_later_stays_behind_it()
    {
        using var device = await TestDevice.OpenAsync();
        var customer = await device.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, TestDevice.Ct);
        var job = await device.Jobs.AddAsync(new() { Title = "Roof", CustomerId = customer.Id }, TestDevice.Ct);
        var other = await device.Customers.AddAsync(new() { Name = "Bea", Address = "There" }, TestDevice.Ct);
        await device.Jobs.UpdateAsync(job.Id, row => row.CustomerId = other.Id, cancellationToken: TestDevice.Ct);

        var batch = await device.TakeAsync();

        Assert.Equal(customer.Id, batch[1].Entity.Job.CustomerId);
        Assert.Equal(other.Id, batch[3].Entity.Job.CustomerId);
    }

    [Fact]
    public async Task A_row_made_and_deleted_before_it_was_sent_was_never_there()
    {
        using var device = await TestDevice.OpenAsync();
        var customer = Rows.Customer();
        await device.ApplyAsync(Rows.Checkpoint("c", 0, Rows.Saved(customer)));
        var job = await device.Jobs.AddAsync(new() { Title = "Roof", CustomerId = customer.Id }, TestDevice.Ct);
        await device.Jobs.DeleteAsync(job.Id, TestDevice.Ct);

        Assert.Empty(await device.TakeAsync());
        Assert.Null(await device.Jobs.FindAsync(job.Id, TestDevice.Ct));
    }
}
