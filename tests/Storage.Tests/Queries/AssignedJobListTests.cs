using KhsCrm.Storage.Queries;
using KhsCrm.Storage.Tests.Database;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.Storage.Tests.Queries;

public sealed class AssignedJobListTests : DatabaseTest
{
    private Guid _worker;
    private Guid _customer;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _worker = await Sql.InsertWorkerAsync();
        _customer = await Sql.InsertCustomerAsync("Ann Lee", "217-555-0101");
    }

    [Fact]
    public async Task It_lists_the_workers_jobs_to_do_by_day_those_without_one_last_with_where_the_customer_is()
    {
        var undated = await AssignAsync(null);
        var late = await AssignAsync("2026-06-02");
        var early = await AssignAsync("2026-06-01");
        await AssignAsync("2026-06-01", "COMPLETED");
        await AssignAsync("2026-06-01", "ON_HOLD");
        await Sql.InsertJobAsync(_customer);

        var jobs = await ReadAsync();

        Assert.Equal([early, late, undated], jobs.Select(job => job.Job.Id));
        Assert.All(jobs, job => Assert.Equal(
            ("Ann Lee", "1 Oak Street", "217-555-0101"), (job.CustomerName, job.CustomerAddress, job.CustomerPhone)));
    }

    [Fact]
    public async Task A_customer_without_a_phone_has_none()
    {
        await Sql.ExecuteAsync("UPDATE customers SET phone = NULL");
        await AssignAsync(null);

        Assert.False((await ReadAsync())[0].HasCustomerPhone);
    }

    [Fact]
    public async Task Other_statuses_are_listed_when_asked_for()
    {
        await AssignAsync(null);
        var held = await AssignAsync(null, "ON_HOLD");

        Assert.Equal([held], (await ReadAsync([JobStatus.OnHold])).Select(job => job.Job.Id));
    }

    [Fact]
    public async Task Pages_join_without_gap_or_overlap_across_days_and_those_without_one()
    {
        foreach (var day in new[] { null, "2026-06-01", null, "2026-06-01", "2026-06-02", null })
            await AssignAsync(day);
        await Sql.ExecuteAsync("UPDATE jobs SET created_at = '2026-01-01'");
        var all = (await ReadAsync()).Select(job => job.Job.Id).ToList();
        List<string> paged = [];
        AssignedJobList.Position? after = null;
        while (await ReadAsync(after: after, limit: 1) is { Count: > 0 } page)
        {
            paged.AddRange(page.Select(job => job.Job.Id));
            after = AssignedJobList.Position.Of(page[^1]);
        }

        Assert.Equal(6, all.Count);
        Assert.Equal(all, paged);
    }

    private async Task<string> AssignAsync(string? start, string status = "NOT_STARTED")
    {
        var job = await Sql.InsertJobAsync(_customer, status);
        await Sql.ExecuteAsync("UPDATE jobs SET start_date = $1::text::date WHERE id = $2", start, job);
        await Sql.InsertAssignmentAsync(job, _worker);
        return job.ToString();
    }

    private Task<IReadOnlyList<AssignedJob>> ReadAsync(
        JobStatus[]? statuses = null, AssignedJobList.Position? after = null, int limit = 100) =>
        new AssignedJobList(DataSource).ReadAsync(_worker, statuses ?? [], after, limit, Cancellation);
}
