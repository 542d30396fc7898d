using KhsCrm.Storage.Tests.Database;
using Xunit;

namespace KhsCrm.Storage.Tests.Jobs;

public sealed class StatusHistoryTests : DatabaseTest
{
    private const string Changes =
        "SELECT coalesce(from_status, '-') || '>' || to_status FROM job_status_history WHERE job_id = $1 ORDER BY changed_at";

    [Theory]
    [InlineData("NOT_STARTED")]
    [InlineData("COMPLETED")]
    public async Task A_jobs_first_status_is_history(string status)
    {
        var job = await Sql.InsertJobAsync(status);

        Assert.Equal([$"->{status}"], await Sql.ListAsync<string>(Changes, job));
    }

    [Fact]
    public async Task Each_change_is_history_with_who_made_it()
    {
        var (job, worker) = (await Sql.InsertJobAsync(), await Sql.InsertWorkerAsync());

        await Sql.ExecuteAsync("UPDATE jobs SET status = 'IN_PROGRESS', updated_by_id = $1", worker);
        await Sql.ExecuteAsync("UPDATE jobs SET status = 'COMPLETED', updated_by_id = $1", Rows.Owner);

        Assert.Equal(
            ["->NOT_STARTED", "NOT_STARTED>IN_PROGRESS", "IN_PROGRESS>COMPLETED"],
            await Sql.ListAsync<string>(Changes, job));
        Assert.Equal(
            [Rows.System, worker, Rows.Owner],
            await Sql.ListAsync<Guid>("SELECT changed_by_id FROM job_status_history ORDER BY changed_at"));
    }

    [Fact]
    public async Task An_update_that_keeps_the_status_is_no_history()
    {
        await Sql.InsertJobAsync();

        await Sql.ExecuteAsync("UPDATE jobs SET title = 'Porch', status = status");

        Assert.Equal(1, await Sql.CountAsync("job_status_history"));
    }

    [Fact]
    public async Task A_statement_on_ten_thousand_jobs_writes_each_of_their_changes()
    {
        var customer = await Sql.InsertCustomerAsync();
        await Sql.ExecuteAsync(
            """
            INSERT INTO jobs (title, customer_id, created_by_id)
            SELECT 'Job ' || i, $1, $2 FROM generate_series(1, 10000) i
            """, customer, Rows.Owner);

        await Sql.ExecuteAsync(
            "UPDATE jobs SET status = CASE WHEN right(title, 1) = '0' THEN 'ON_HOLD' ELSE 'IN_PROGRESS' END");

        Assert.Equal(10_000, await Sql.CountAsync("job_status_history", "from_status IS NULL"));
        Assert.Equal(1_000, await Sql.CountAsync("job_status_history", "from_status = 'NOT_STARTED' AND to_status = 'ON_HOLD'"));
        Assert.Equal(9_000, await Sql.CountAsync(
            "job_status_history h JOIN jobs j ON j.id = h.job_id AND j.status = h.to_status", "h.to_status = 'IN_PROGRESS'"));
    }
}
