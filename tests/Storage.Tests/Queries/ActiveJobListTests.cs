using KhsCrm.Storage.Queries;
using KhsCrm.Storage.Tests.Database;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.Storage.Tests.Queries;

public sealed class ActiveJobListTests : DatabaseTest
{
    [Fact]
    public async Task It_lists_what_is_not_completed_those_changed_last_first_with_customer_and_workers()
    {
        var customer = await Sql.InsertCustomerAsync("Ann Lee");
        var first = await Sql.InsertJobAsync(customer);
        var second = await Sql.InsertJobAsync(customer, "ON_HOLD");
        await Sql.InsertJobAsync(customer, "COMPLETED");
        var worker = await Sql.InsertWorkerAsync();
        await Sql.InsertAssignmentAsync(first, worker);
        await Sql.InsertAssignmentAsync(first, Rows.Owner);
        await Sql.ExecuteAsync("UPDATE jobs SET notes = 'n' WHERE id = $1", first);

        var jobs = await ReadAsync();

        Assert.Equal([first.ToString(), second.ToString()], jobs.Select(job => job.Job.Id));
        Assert.All(jobs, job => Assert.Equal("Ann Lee", job.CustomerName));
        Assert.Equal(
            [(Rows.Owner.ToString(), "John Smith"), (worker.ToString(), "Wes")],
            jobs[0].AssignedWorkers.Select(assigned => (assigned.UserId, assigned.Name)));
        Assert.Empty(jobs[1].AssignedWorkers);
        Assert.Equal(JobStatus.OnHold, jobs[1].Job.Status);
    }

    [Fact]
    public async Task Filters_are_all_kept()
    {
        var customer = await Sql.InsertCustomerAsync();
        var worker = await Sql.InsertWorkerAsync();
        var wanted = await Sql.InsertJobAsync(customer, "ON_HOLD");
        await Sql.InsertAssignmentAsync(wanted, worker);
        await Sql.InsertAssignmentAsync(await Sql.InsertJobAsync(customer), worker);
        await Sql.InsertJobAsync(customer, "ON_HOLD");

        Assert.Equal([wanted.ToString()], (await ReadAsync([JobStatus.OnHold], worker)).Select(job => job.Job.Id));
        Assert.Equal(2, (await ReadAsync([JobStatus.OnHold])).Count);
        Assert.Equal(2, (await ReadAsync([], worker)).Count);
        Assert.Empty(await ReadAsync([JobStatus.Completed]));
    }

    [Fact]
    public async Task Pages_join_without_gap_or_overlap()
    {
        var customer = await Sql.InsertCustomerAsync();
        for (var i = 0; i < 5; i++)
            await Sql.InsertJobAsync(customer);
        await Sql.ExecuteAsync("ALTER TABLE jobs DISABLE TRIGGER USER");
        await Sql.ExecuteAsync("UPDATE jobs SET updated_at = '2026-01-01'");
        var all = (await ReadAsync()).Select(job => job.Job.Id).ToList();
        List<string> paged = [];
        ActiveJobList.Position? after = null;
        while (await ReadAsync(after: after, limit: 2) is { Count: > 0 } page)
        {
            paged.AddRange(page.Select(job => job.Job.Id));
            after = ActiveJobList.Position.Of(page[^1]);
        }

        Assert.Equal(5, all.Count);
        Assert.Equal(all, paged);
    }

    private Task<IReadOnlyList<ActiveJob>> ReadAsync(
        JobStatus[]? statuses = null, Guid? user = null, ActiveJobList.Position? after = null, int limit = 100) =>
        new ActiveJobList(DataSource).ReadAsync(statuses ?? [], user, after, limit, Cancellation);
}
