using KhsCrm.Development.SampleData;
using KhsCrm.Storage.Tests.Database;
using Npgsql;
using Xunit;

namespace KhsCrm.Storage.Tests.SampleData;

public sealed class SampleDataLoaderTests : DatabaseTest
{
    private const string Fingerprint =
        """
        SELECT md5(string_agg(line, ',' ORDER BY line COLLATE "C")) FROM (
            SELECT (to_jsonb(c) - 'updated_at' - 'change_xid')::text AS line FROM customers c
            UNION ALL SELECT (to_jsonb(j) - 'updated_at' - 'change_xid')::text FROM jobs j
            UNION ALL SELECT (to_jsonb(a) - 'change_xid')::text FROM job_assignments a
            UNION ALL SELECT (to_jsonb(m) - 'updated_at' - 'change_xid')::text FROM materials m) AS lines
        """;

    [Fact]
    public async Task The_default_size_is_there_with_everything_that_a_sample_should_show()
    {
        var report = await LoadAsync(new SampleSize());

        Assert.False(report.WasComplete);
        Assert.Equal(new SampleSize(25, 40, 200), report.Added);
        Assert.Equal((25, 40, 200), (
            await Sql.CountAsync("customers"), await Sql.CountAsync("jobs"), await Sql.CountAsync("materials")));
        Assert.Equal(5, await Sql.ScalarAsync<long>("SELECT count(DISTINCT status) FROM jobs"));
        Assert.Equal(5, await Sql.ScalarAsync<long>("SELECT count(DISTINCT user_id) FROM job_assignments"));
        Assert.NotEqual(0, await Sql.CountAsync("customers", "is_archived"));
        Assert.NotEqual(0, await Sql.CountAsync("materials", "purchased"));
        Assert.NotEqual(0, await Sql.CountAsync("materials", "is_deleted"));
    }

    [Fact]
    public async Task The_workers_sign_in_with_the_documented_password()
    {
        await LoadAsync(new SampleSize(0, 0, 0));

        Assert.Equal(
            Enumerable.Range(1, 5).Select(number => $"worker{number}@khscrm.com"),
            await Sql.ListAsync<string>("SELECT email FROM users WHERE role = 'WORKER' AND is_active ORDER BY email"));
        foreach (var hash in await Sql.ListAsync<string>("SELECT password_hash FROM users WHERE role = 'WORKER' AND is_active"))
            Assert.True(BCrypt.Net.BCrypt.Verify("worker-demo-1", hash));
    }

    [Fact]
    public async Task Each_jobs_history_ends_at_its_status_and_was_made_by_the_triggers()
    {
        await LoadAsync(new SampleSize());

        Assert.Equal(0, await Sql.CountAsync(
            "jobs j",
            """
            j.status <> (SELECT h.to_status FROM job_status_history h WHERE h.job_id = j.id ORDER BY h.changed_at DESC LIMIT 1)
                OR NOT EXISTS (SELECT FROM job_status_history h WHERE h.job_id = j.id AND h.from_status IS NULL)
            """));
        Assert.Equal(
            await Sql.CountAsync("job_status_history", "from_status IS NOT NULL"),
            await Sql.CountAsync("activity_logs", "entity_type = 'job' AND action = 'update'"));
    }

    [Fact]
    public async Task A_second_run_does_nothing_and_says_so()
    {
        await LoadAsync(new SampleSize());
        var before = await Sql.CountAsync("activity_logs");

        var report = await LoadAsync(new SampleSize());

        Assert.True(report.WasComplete);
        Assert.Equal("sample data was there already: 25 customers, 40 jobs, 200 materials", report.Summary);
        Assert.Equal(before, await Sql.CountAsync("activity_logs"));
    }

    [Fact]
    public async Task Every_run_makes_the_same_rows()
    {
        await LoadAsync(new SampleSize());

        await using var session = await OpenAsync();
        await session.ExecuteAsync("SET TIME ZONE 'UTC'");
        // A change of the generator changes this, and everyone's development data with it.
        Assert.Equal("cf06c7b826f78ffc8fe918dc5d0d8b50", await session.TextAsync(Fingerprint));
    }

    [Fact]
    public async Task A_larger_size_adds_what_is_missing()
    {
        await LoadAsync(new SampleSize(10, 5, 20));

        var report = await LoadAsync(new SampleSize(12, 9, 50));

        Assert.Equal(new SampleSize(2, 4, 30), report.Added);
        Assert.Equal((12, 9, 50), (
            await Sql.CountAsync("customers"), await Sql.CountAsync("jobs"), await Sql.CountAsync("materials")));
    }

    [Fact]
    public async Task A_run_that_was_broken_off_is_carried_on()
    {
        // Breaks off in the materials, after customers and jobs are in.
        await Sql.ExecuteAsync("ALTER TABLE materials ADD CONSTRAINT broken CHECK (false)");
        await Assert.ThrowsAsync<PostgresException>(() => LoadAsync(new SampleSize()));
        await Sql.ExecuteAsync("ALTER TABLE materials DROP CONSTRAINT broken");

        var report = await LoadAsync(new SampleSize());

        Assert.Equal(new SampleSize(0, 0, 200), report.Added);
        Assert.Equal(new SampleSize(25, 40, 200), report.Total);
    }

    [Fact]
    public async Task What_a_developer_deleted_does_not_come_back()
    {
        await LoadAsync(new SampleSize());
        await Sql.ExecuteAsync("DELETE FROM jobs");

        Assert.True((await LoadAsync(new SampleSize())).WasComplete);
        Assert.Equal(0, await Sql.CountAsync("jobs"));
    }

    [Fact]
    public async Task Two_runs_at_once_load_it_once()
    {
        var reports = await Task.WhenAll(LoadAsync(new SampleSize()), LoadAsync(new SampleSize()));

        Assert.Single(reports, report => report.WasComplete);
        Assert.Equal(200, await Sql.CountAsync("materials"));
    }

    [Fact]
    public async Task A_database_without_an_owner_is_refused()
    {
        await Sql.ExecuteAsync("UPDATE users SET role = 'WORKER'");

        await Assert.ThrowsAsync<InvalidOperationException>(() => LoadAsync(new SampleSize()));
    }

    private Task<SampleDataReport> LoadAsync(SampleSize size) =>
        SampleDataLoader.LoadAsync(DataSource, size, Cancellation);
}
