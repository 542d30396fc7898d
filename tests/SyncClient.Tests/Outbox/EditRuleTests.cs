using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Outbox;

public sealed class EditRuleTests
{
    [Fact]
    public async Task A_bad_field_is_refused_with_its_name_and_nothing_is_queued()
    {
        using var device = await TestDevice.OpenAsync();

        var refused = await Assert.ThrowsAsync<EditRefusedException>(
            () => device.Customers.AddAsync(new() { Name = "", Address = "Here" }, TestDevice.Ct));

        Assert.Equal("name", Assert.Single(refused.Violations).Field);
        Assert.Empty(await device.Outbox.ListAsync(cancellationToken: TestDevice.Ct));
        Assert.Empty((await device.Customers.ListAsync(cancellationToken: TestDevice.Ct)).Items);
    }

    [Fact]
    public async Task A_reference_to_nothing_is_refused()
    {
        using var device = await TestDevice.OpenAsync();

        var refused = await Assert.ThrowsAsync<EditRefusedException>(
            () => device.Jobs.AddAsync(new() { Title = "Roof", CustomerId = Rows.NewId() }, TestDevice.Ct));

        Assert.Equal(("customer_id", ErrorReason.ReferenceNotFound), (refused.Violations[0].Field, refused.Reason));
    }

    [Fact]
    public async Task A_job_cannot_jump_to_a_status_that_does_not_follow()
    {
        using var device = await TestDevice.OpenAsync();
        var job = await WithJobAsync(device);

        var refused = await Assert.ThrowsAsync<EditRefusedException>(
            () => device.Jobs.ChangeStatusAsync(job.Id, JobStatus.Completed, TestDevice.Ct));

        Assert.Equal(ErrorReason.StatusTransitionInvalid, refused.Reason);
    }

    [Fact]
    public async Task A_worker_may_change_materials_and_statuses_and_nothing_else()
    {
        using var device = await TestDevice.OpenAsync(Role.Worker);
        var job = await WithJobAsync(device);

        await device.Materials.AddAsync(new() { JobId = job.Id, ItemName = "Nails" }, TestDevice.Ct);
        await device.Jobs.ChangeStatusAsync(job.Id, JobStatus.InProgress, TestDevice.Ct);
        var customer = await Assert.ThrowsAsync<EditRefusedException>(
            () => device.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, TestDevice.Ct));
        var title = await Assert.ThrowsAsync<EditRefusedException>(
            () => device.Jobs.UpdateAsync(job.Id, row => row.Title = "Wall", cancellationToken: TestDevice.Ct));

        Assert.Equal((ErrorReason.NotPermitted, ErrorReason.NotPermitted), (customer.Reason, title.Reason));
        Assert.Equal(2, (await device.TakeAsync()).Count);
    }

    [Fact]
    public async Task A_job_does_not_end_before_it_starts()
    {
        using var device = await TestDevice.OpenAsync();
        var job = await WithJobAsync(device);

        var refused = await Assert.ThrowsAsync<EditRefusedException>(() => device.Jobs.UpdateAsync(
            job.Id,
            row => (row.StartDate, row.EndDate) = (new() { Year = 2026, Month = 5, Day = 2 }, new() { Year = 2026, Month = 5, Day = 1 }),
            cancellationToken: TestDevice.Ct));

        Assert.Equal("end_date", refused.Violations[0].Field);
    }

    [Fact]
    public async Task Nobody_reads_or_edits_without_a_session()
    {
        using var device = await TestDevice.OpenAsync();
        await device.Store.WriteAsync(transaction => Sessions.SessionState.Delete(transaction.Connection), TestDevice.Ct);

        await Assert.ThrowsAsync<NotSignedInException>(() => device.Customers.ListAsync(cancellationToken: TestDevice.Ct));
        await Assert.ThrowsAsync<NotSignedInException>(
            () => device.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, TestDevice.Ct));
        await Assert.ThrowsAsync<NotSignedInException>(() => device.Outbox.ListAsync(cancellationToken: TestDevice.Ct));
        await Assert.ThrowsAsync<NotSignedInException>(() => device.Outbox.ListConflictsAsync(TestDevice.Ct));
    }

    private static async Task<Job> WithJobAsync(TestDevice device)
    {
        var customer = Rows.Customer();
        var job = Rows.Job(customer.Id);
        await device.ApplyAsync(Rows.Checkpoint("c", 0, Rows.Saved(customer), Rows.Saved(job)));
        return job;
    }
}
