using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Outbox;

/// <summary>What is given up takes along what needs it, and what was rejected can be corrected.</summary>
public sealed class CascadeTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Discarding_a_queued_creation_takes_along_what_hangs_on_it()
    {
        using var device = await TestDevice.OpenAsync();
        var other = await device.Customers.AddAsync(new() { Name = "Bea", Address = "There" }, Ct);
        var customer = await device.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, Ct);
        var job = await device.Jobs.AddAsync(new() { CustomerId = customer.Id, Title = "Roof" }, Ct);
        var material = await device.Materials.AddAsync(new() { JobId = job.Id, ItemName = "Nails" }, Ct);
        await device.Jobs.ChangeStatusAsync(job.Id, JobStatus.InProgress, Ct);

        await device.Outbox.DiscardAsync((await device.Outbox.ListAsync(cancellationToken: Ct))[1].Id, Ct);

        Assert.Equal(other.Id, (await device.Outbox.ListAsync(cancellationToken: Ct)).Single().Operation.Entity.Customer.Id);
        Assert.Null(await device.Customers.FindAsync(customer.Id, Ct));
        Assert.Null(await device.Jobs.FindAsync(job.Id, Ct));
        Assert.Null(await device.Materials.FindAsync(material.Id, Ct));
    }

    [Fact]
    public async Task What_waits_on_the_server_can_be_given_up()
    {
        using var device = await TestDevice.OpenAsync();
        var job = await DeferredJobAsync(device);
        var entry = (await device.Outbox.ListAsync(cancellationToken: Ct)).Single(one => one.State == OutboxState.Deferred);

        await device.Outbox.DiscardAsync(entry.Id, Ct);

        Assert.Null(await device.Jobs.FindAsync(job.Id, Ct));
        Assert.Equal(0, (await device.Outbox.CountAsync(Ct)).Deferred);
        await device.RecordAsync(Rows.Result(entry.Operation, OperationOutcome.Rejected, "DISCARDED"));
        Assert.DoesNotContain(await device.Outbox.ListAsync(cancellationToken: Ct), one => one.Id == entry.Id);
    }

    [Fact]
    public async Task What_the_server_applied_before_it_heard_is_shown_again()
    {
        using var device = await TestDevice.OpenAsync();
        var job = await DeferredJobAsync(device);
        var entry = (await device.Outbox.ListAsync(cancellationToken: Ct)).Single(one => one.State == OutboxState.Deferred);
        await device.Outbox.DiscardAsync(entry.Id, Ct);

        await device.RecordAsync(Rows.Result(entry.Operation, OperationOutcome.Applied));
        await device.ApplyAsync(Rows.Checkpoint("c1", 9, Rows.Saved(Rows.Job(job.CustomerId, job.Id))));

        Assert.NotNull(await device.Jobs.FindAsync(job.Id, Ct));
    }

    [Fact]
    public async Task A_rejected_creation_stays_to_be_corrected_and_is_retried_as_corrected()
    {
        using var device = await TestDevice.OpenAsync();
        var customer = await device.Customers.AddAsync(new() { Name = "Ada", Address = "Here", Email = "a@b" }, Ct);
        var sent = (await device.TakeAsync()).Single();
        await device.RecordAsync(Rows.Result(sent, OperationOutcome.Rejected, "FIELD_INVALID"));
        Assert.Equal("Ada", (await device.Customers.ListAsync(cancellationToken: Ct)).Items.Single().Name);
        Assert.Equal([OutboxState.Rejected], await device.StatesAsync());

        await device.Customers.UpdateAsync(customer.Id, row => row.Email = "ada@example.com", cancellationToken: Ct);

        var retried = (await device.Outbox.ListAsync(cancellationToken: Ct)).Single();
        Assert.Equal((OutboxState.Queued, OperationKind.Create), (retried.State, retried.Operation.Kind));
        Assert.NotEqual(sent.Id, retried.Id);
        Assert.Equal(("Ada", "ada@example.com"), (retried.Operation.Entity.Customer.Name, retried.Operation.Entity.Customer.Email));
    }

    [Fact]
    public async Task A_rejected_creation_can_be_retried_as_it_is_or_discarded()
    {
        using var device = await TestDevice.OpenAsync();
        var customer = await device.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, Ct);
        await device.RecordAsync(Rows.Result((await device.TakeAsync()).Single(), OperationOutcome.Rejected, "NOT_PERMITTED"));

        await device.Outbox.RetryAsync((await device.Outbox.ListAsync(cancellationToken: Ct)).Single().Id, Ct);
        Assert.Equal([OutboxState.Queued], await device.StatesAsync());
        await device.Outbox.DiscardAsync((await device.Outbox.ListAsync(cancellationToken: Ct)).Single().Id, Ct);

        Assert.Null(await device.Customers.FindAsync(customer.Id, Ct));
    }

    [Fact]
    public async Task What_only_the_server_sets_is_refused()
    {
        using var device = await TestDevice.OpenAsync();
        var customer = await device.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, Ct);
        var job = await device.Jobs.AddAsync(new() { CustomerId = customer.Id, Title = "Roof" }, Ct);
        var material = await device.Materials.AddAsync(new() { JobId = job.Id, ItemName = "Nails" }, Ct);

        await RefusedAsync("id", () => device.Customers.UpdateAsync(customer.Id, row => row.Id = Rows.NewId(), cancellationToken: Ct));
        await RefusedAsync("created_at", () => device.Jobs.UpdateAsync(job.Id, row => (row.Title, row.CreatedAt) = ("Wall", Rows.At(1)), cancellationToken: Ct));
        await RefusedAsync("purchased_by_id", () => device.Materials.UpdateAsync(material.Id, row => row.PurchasedById = Rows.NewId(), cancellationToken: Ct));
        Assert.Equal("Roof", (await device.Jobs.GetAsync(job.Id, Ct)).Title);
    }

    [Fact]
    public async Task Every_deletion_and_every_update_with_the_policy_reject_carries_what_was_seen()
    {
        using var device = await TestDevice.OpenAsync();
        var customer = Rows.Customer("Ada");
        var job = Rows.Job(customer.Id);
        await device.ApplyAsync(Rows.Checkpoint("c1", 0, Rows.Saved(customer), Rows.Saved(job)));
        await device.Customers.UpdateAsync(customer.Id, row => row.Name = "Bea", ConflictPolicy.Reject, Ct);
        await device.Customers.UpdateAsync(customer.Id, row => row.Address = "There", ConflictPolicy.Reject, Ct);
        await device.Jobs.DeleteAsync(job.Id, Ct);
        var sent = await device.TakeAsync();
        await device.RecordAsync([.. sent.Select(operation => Rows.Result(operation, OperationOutcome.Rejected, "CONFLICT"))]);
        foreach (var rejected in await device.Outbox.ListAsync(OutboxState.Rejected, cancellationToken: Ct))
            await device.Outbox.RetryAsync(rejected.Id, Ct);

        Assert.All(sent.Concat(await device.TakeAsync(after: 100)), operation => Assert.NotNull(operation.Seen));
    }

    private static async Task<Job> DeferredJobAsync(TestDevice device)
    {
        var customer = await device.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, Ct);
        var job = await device.Jobs.AddAsync(new() { CustomerId = customer.Id, Title = "Roof" }, Ct);
        var sent = await device.TakeAsync();
        await device.RecordAsync(
            Rows.Result(sent[0], OperationOutcome.Rejected, "NOT_PERMITTED"),
            Rows.Result(sent[1], OperationOutcome.Deferred));
        return job;
    }

    private static async Task RefusedAsync(string field, Func<Task> edit)
    {
        var refused = await Assert.ThrowsAsync<EditRefusedException>(edit);
        Assert.Equal(field, refused.Violations.Single().Field);
    }
}
