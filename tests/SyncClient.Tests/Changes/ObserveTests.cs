using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Changes;

/// <summary>Live queries: the answer now and each later one, and nothing between that says the same.</summary>
public sealed class ObserveTests
{
    [Fact]
    public async Task A_list_is_given_at_once_and_again_whoever_changes_it()
    {
        using var device = await TestDevice.OpenAsync();
        await using var lists = device.Customers.ObserveAsync(cancellationToken: TestDevice.Ct).GetAsyncEnumerator(TestDevice.Ct);
        Assert.Empty((await NextAsync(lists)).Items);

        var own = await device.Customers.AddAsync(new() { Name = "Bea", Address = "Here" }, TestDevice.Ct);
        Assert.Equal([own], (await NextAsync(lists)).Items);

        await device.ApplyAsync(Rows.Checkpoint("c1", 0, Rows.Saved(Rows.Customer("Ada"))));
        Assert.Equal(["Ada", "Bea"], (await NextAsync(lists)).Items.Select(row => row.Name));
    }

    [Fact]
    public async Task Changes_that_cannot_concern_a_list_are_not_answered()
    {
        using var device = await TestDevice.OpenAsync();
        var shown = Rows.Customer("Ada");
        await device.ApplyAsync(Rows.Checkpoint("c1", 0, Rows.Saved(shown)));
        await using var lists = device.Customers.ObserveAsync(new() { Search = "ada" }, TestDevice.Ct).GetAsyncEnumerator(TestDevice.Ct);
        await NextAsync(lists);
        var next = NextAsync(lists);

        var other = Rows.Customer("Zoe");
        await device.ApplyAsync(Rows.Checkpoint("c2", 0, Rows.Saved(other), Rows.Saved(Rows.Job(other.Id))));
        await device.ApplyAsync(Rows.Checkpoint("c3", 0, Rows.Saved(shown.Clone()))); // Again as it was.
        await device.Customers.UpdateAsync(shown.Id, row => row.Name = "Ada Byron", cancellationToken: TestDevice.Ct);

        Assert.Equal("Ada Byron", Assert.Single((await next).Items).Name);
    }

    [Fact]
    public async Task A_row_that_leaves_a_list_is_noticed()
    {
        using var device = await TestDevice.OpenAsync();
        var row = Rows.Customer("Ada");
        await device.ApplyAsync(Rows.Checkpoint("c1", 0, Rows.Saved(row)));
        await using var lists = device.Customers.ObserveAsync(new() { Search = "ada" }, TestDevice.Ct).GetAsyncEnumerator(TestDevice.Ct);
        await NextAsync(lists);

        await device.Customers.UpdateAsync(row.Id, edit => edit.Name = "Zoe", cancellationToken: TestDevice.Ct);

        Assert.Empty((await NextAsync(lists)).Items);
    }

    [Fact]
    public async Task A_burst_is_answered_with_its_last_state()
    {
        using var device = await TestDevice.OpenAsync();
        await using var lists = device.Customers.ObserveAsync(cancellationToken: TestDevice.Ct).GetAsyncEnumerator(TestDevice.Ct);
        await NextAsync(lists);

        // More transactions than the observer's queue holds, before it looks once.
        for (var number = 1; number <= 100; number++)
            await device.ApplyAsync(Rows.Checkpoint($"c{number}", 0, Rows.Saved(Rows.Customer($"Customer {number}"))));

        Assert.Equal(100, (await NextAsync(lists)).Items.Count);
        var next = NextAsync(lists);
        await device.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, TestDevice.Ct);
        Assert.Equal("Ada", (await next).Items[0].Name);
    }

    [Fact]
    public async Task One_row_is_followed_from_before_it_exists_until_it_is_gone()
    {
        using var device = await TestDevice.OpenAsync();
        var row = Rows.Customer("Ada");
        await using var states = device.Customers.ObserveOneAsync(row.Id, TestDevice.Ct).GetAsyncEnumerator(TestDevice.Ct);
        Assert.Null(await NextAsync(states));

        await device.ApplyAsync(Rows.Checkpoint("c1", 0, Rows.Saved(Rows.Customer("Other"))));
        await device.ApplyAsync(Rows.Checkpoint("c2", 0, Rows.Saved(row)));
        Assert.Equal(row, await NextAsync(states));

        await device.ApplyAsync(Rows.Checkpoint("c3", 0, Rows.Deleted(EntityType.Customer, row.Id)));
        Assert.Null(await NextAsync(states));
    }

    [Fact]
    public async Task A_checklist_follows_its_job_and_no_other()
    {
        using var device = await TestDevice.OpenAsync();
        var customer = Rows.Customer();
        Job[] jobs = [Rows.Job(customer.Id), Rows.Job(customer.Id)];
        var nails = Rows.Material(jobs[0].Id);
        await device.ApplyAsync(Rows.Checkpoint("c1", 0, Rows.Saved(customer), Rows.Saved(jobs[0]), Rows.Saved(jobs[1]), Rows.Saved(nails)));
        await using var lists = device.Materials.ObserveAsync(jobs[0].Id, cancellationToken: TestDevice.Ct).GetAsyncEnumerator(TestDevice.Ct);
        await NextAsync(lists);
        var next = NextAsync(lists);

        await device.ApplyAsync(Rows.Checkpoint("c2", 0, Rows.Saved(Rows.Material(jobs[1].Id))));
        await device.Materials.MarkPurchasedAsync(nails.Id, TestDevice.Ct);

        Assert.True(Assert.Single(await next).Purchased);
    }

    [Fact]
    public async Task The_dashboard_follows_jobs_assignments_and_names()
    {
        using var device = await TestDevice.OpenAsync();
        var customer = Rows.Customer("Ada");
        var job = Rows.Job(customer.Id);
        await device.ApplyAsync(Rows.Checkpoint("c1", 0, Rows.Saved(device.User), Rows.Saved(customer), Rows.Saved(job)));
        await using var boards = device.Jobs.ObserveActiveAsync(cancellationToken: TestDevice.Ct).GetAsyncEnumerator(TestDevice.Ct);
        var first = Assert.Single((await NextAsync(boards)).Items);
        Assert.Equal(("Ada", 0), (first.CustomerName, first.AssignedWorkers.Count));

        await device.Assignments.AssignAsync(job.Id, device.User.Id, TestDevice.Ct);
        Assert.Equal("Olga", Assert.Single(Assert.Single((await NextAsync(boards)).Items).AssignedWorkers).Name);

        await device.Customers.UpdateAsync(customer.Id, row => row.Name = "Ada Byron", cancellationToken: TestDevice.Ct);
        Assert.Equal("Ada Byron", Assert.Single((await NextAsync(boards)).Items).CustomerName);

        await device.Jobs.ChangeStatusAsync(job.Id, JobStatus.InProgress, TestDevice.Ct);
        Assert.Equal(JobStatus.InProgress, Assert.Single((await NextAsync(boards)).Items).Job.Status);

        await device.Jobs.ChangeStatusAsync(job.Id, JobStatus.Completed, TestDevice.Ct);
        Assert.Empty((await NextAsync(boards)).Items);
    }

    [Fact]
    public async Task Counts_and_conflicts_of_the_outbox_are_followed()
    {
        using var device = await TestDevice.OpenAsync();
        await using var counts = device.Outbox.ObserveCountsAsync(TestDevice.Ct).GetAsyncEnumerator(TestDevice.Ct);
        Assert.Equal(0, (await NextAsync(counts)).Unsent);

        await device.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, TestDevice.Ct);
        Assert.Equal(1, (await NextAsync(counts)).Unsent);

        await using var conflicts = device.Outbox.ObserveConflictsAsync(TestDevice.Ct).GetAsyncEnumerator(TestDevice.Ct);
        Assert.Empty(await NextAsync(conflicts));
        var operation = Assert.Single(await device.TakeAsync());
        var rejected = Rows.Result(operation, OperationOutcome.Rejected);
        rejected.Status = Rows.Status("CONFLICT");
        await device.RecordAsync(rejected);
        Assert.Equal(operation.Id, Assert.Single(await NextAsync(conflicts)).OperationId);
        Assert.Equal(1, (await NextAsync(counts)).Rejected);
    }

    [Fact]
    public async Task An_observation_ends_when_the_store_is_closed_and_is_empty_while_nobody_is_signed_in()
    {
        var device = await TestDevice.OpenAsync();
        await using var closing = device.Customers.ObserveAsync(cancellationToken: TestDevice.Ct).GetAsyncEnumerator(TestDevice.Ct);
        await using var signedOut = device.Customers.ObserveAsync(cancellationToken: TestDevice.Ct).GetAsyncEnumerator(TestDevice.Ct);
        await NextAsync(closing);
        await NextAsync(signedOut);
        await device.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, TestDevice.Ct);
        Assert.Single((await NextAsync(signedOut)).Items);

        await device.Store.WriteAsync(
            transaction =>
            {
                Sessions.SessionState.Delete(transaction.Connection);
                transaction.EverythingChanged();
            },
            TestDevice.Ct);
        Assert.Empty((await NextAsync(signedOut)).Items);

        await using var changes = device.Store.Changes.Observe(TestDevice.Ct).GetAsyncEnumerator(TestDevice.Ct);
        var next = changes.MoveNextAsync();
        device.Dispose();
        Assert.False(await next.AsTask().WaitAsync(ScriptedServer.Hung, TestDevice.Ct));
        while (await closing.MoveNextAsync().AsTask().WaitAsync(ScriptedServer.Hung, TestDevice.Ct))
        {
        }
    }

    private static async Task<T> NextAsync<T>(IAsyncEnumerator<T> answers)
    {
        Assert.True(await answers.MoveNextAsync().AsTask().WaitAsync(ScriptedServer.Hung, TestDevice.Ct));
        return answers.Current;
    }
}
