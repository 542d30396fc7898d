using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Overlay;

public sealed class DeltaTests
{
    [Fact]
    public async Task A_delta_shows_through_an_unsent_edit_of_other_fields()
    {
        using var device = await TestDevice.OpenAsync();
        var row = Rows.Customer("Ada");
        await device.ApplyAsync(Rows.Checkpoint("c1", 0, Rows.Saved(row)));
        await device.Customers.UpdateAsync(row.Id, edit => edit.Name = "Bea", cancellationToken: TestDevice.Ct);

        await device.ApplyAsync(Rows.Checkpoint("c2", 0, Rows.Saved(new Customer(row) { Phone = "7" })));

        var seen = await device.Customers.GetAsync(row.Id, TestDevice.Ct);
        Assert.Equal(("Bea", "7"), (seen.Name, seen.Phone));
    }

    [Fact]
    public async Task A_job_that_is_withdrawn_takes_all_that_hangs_on_it()
    {
        using var device = await TestDevice.OpenAsync();
        var customer = Rows.Customer();
        Job[] jobs = [Rows.Job(customer.Id), Rows.Job(customer.Id)];
        await device.ApplyAsync(Rows.Checkpoint(
            "c1", 0,
            [Rows.Saved(customer), .. jobs.Select(Rows.Saved), .. jobs.Select(job => Rows.Saved(Rows.Material(job.Id))),
                .. jobs.Select(job => Rows.Saved(new JobAssignment { Id = Rows.NewId(), JobId = job.Id, UserId = device.User.Id }))]));

        await device.ApplyAsync(Rows.Checkpoint("c2", 0, Rows.Withdrawn(EntityType.Job, jobs[0].Id)));

        Assert.Equal(jobs[1].Id, Assert.Single((await device.Jobs.ListAsync(cancellationToken: TestDevice.Ct)).Items).Id);
        Assert.Empty(await device.Materials.ListAsync(jobs[0].Id, cancellationToken: TestDevice.Ct));
        Assert.Single(await device.Materials.ListAsync(jobs[1].Id, cancellationToken: TestDevice.Ct));
        Assert.Equal(
            [jobs[1].Id],
            (await device.Assignments.ListByUserAsync(device.User.Id, TestDevice.Ct)).Select(row => row.JobId));
        Assert.NotNull(await device.Customers.FindAsync(customer.Id, TestDevice.Ct));
    }

    [Fact]
    public async Task A_resync_never_shows_an_empty_store_and_removes_at_its_end_what_did_not_come_again()
    {
        using var device = await TestDevice.OpenAsync();
        Customer[] rows = [Rows.Customer("Ada"), Rows.Customer("Bea"), Rows.Customer("Cleo")];
        await device.ApplyAsync(Rows.Checkpoint("c1", 0, [.. rows.Select(Rows.Saved)]));
        await device.Customers.UpdateAsync(rows[2].Id, edit => edit.Phone = "1", cancellationToken: TestDevice.Ct);
        var own = await device.Customers.AddAsync(new() { Name = "Dora", Address = "Here" }, TestDevice.Ct);

        await device.ResyncAsync();
        Assert.Null((await device.StateAsync()).Cursor);
        await device.ApplyAsync(Rows.Delta("d1", Rows.Saved(rows[0])));
        Assert.Equal(4, (await device.Customers.ListAsync(cancellationToken: TestDevice.Ct)).Items.Count);

        await device.ApplyAsync(Rows.Checkpoint("d2", 0));

        Assert.Equal(
            [rows[0].Id, own.Id],
            (await device.Customers.ListAsync(cancellationToken: TestDevice.Ct)).Items.Select(row => row.Id));
        Assert.Equal(2, (await device.TakeAsync()).Count); // The edits are kept through the resync, both of them.
        await device.ApplyAsync(Rows.Checkpoint("d3", 0, Rows.Saved(rows[1])));
        Assert.NotNull(await device.Customers.FindAsync(rows[1].Id, TestDevice.Ct));
    }

    [Fact]
    public async Task A_resync_that_is_interrupted_goes_on_and_shows_the_old_rows_until_its_checkpoint()
    {
        using var device = await TestDevice.OpenAsync();
        Customer[] rows = [.. Enumerable.Range(1, 2_500).Select(number => Rows.Customer($"Customer {number:0000}"))];
        await device.ApplyAsync(Rows.Checkpoint("c1", 0, [.. rows.Select(Rows.Saved)]));
        await using var pages = device.Customers.ObserveAsync(new() { PageSize = 10_000 }, TestDevice.Ct).GetAsyncEnumerator(TestDevice.Ct);
        Assert.True(await pages.MoveNextAsync());

        await device.ResyncAsync();
        await device.ApplyAsync(Rows.Delta("d1", Rows.Saved(rows[0])));
        await device.ResyncAsync(); // The stream broke, and the server asks for a resync again.
        await device.ApplyAsync(Rows.Delta("d1", Rows.Saved(rows[1])));
        using (var again = device.OpenBeside())
            Assert.Equal(2_500, (await again.Customers.ListAsync(new() { PageSize = 10_000 }, TestDevice.Ct)).Items.Count);
        await device.ApplyAsync(Rows.Checkpoint("d2", 0, Rows.Saved(rows[2])));

        // In one step from all to what came again: nobody sees a state between.
        Assert.True(await pages.MoveNextAsync());
        Assert.Equal([rows[1].Id, rows[2].Id], pages.Current.Items.Select(row => row.Id));
    }

    [Fact]
    public async Task A_row_deleted_here_stays_hidden_until_the_server_says_so_and_returns_when_it_refuses()
    {
        using var device = await TestDevice.OpenAsync();
        var customer = Rows.Customer();
        var job = Rows.Job(customer.Id);
        await device.ApplyAsync(Rows.Checkpoint("c1", 0, Rows.Saved(customer), Rows.Saved(job)));
        await device.Jobs.DeleteAsync(job.Id, TestDevice.Ct);
        await device.ApplyAsync(Rows.Checkpoint("c2", 0, Rows.Saved(new Job(job) { Notes = "x" })));
        Assert.Null(await device.Jobs.FindAsync(job.Id, TestDevice.Ct));

        var operation = Assert.Single(await device.TakeAsync());
        await device.RecordAsync(Rows.Result(operation, OperationOutcome.Rejected));

        Assert.Equal("x", (await device.Jobs.GetAsync(job.Id, TestDevice.Ct)).Notes);
    }

    [Fact]
    public async Task A_change_of_a_kind_that_this_version_does_not_know_is_passed_over()
    {
        using var device = await TestDevice.OpenAsync();

        await device.ApplyAsync(Rows.Checkpoint("c1", 0, new Change(), Rows.Deleted((EntityType)99, Rows.NewId())));

        Assert.NotNull((await device.StateAsync()).Cursor);
    }
}
