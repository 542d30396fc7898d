using KhsCrm.Storage.Tests.Database;
using Xunit;

namespace KhsCrm.Storage.Tests.Partitions;

public sealed class ActivityLogPartitionTests : DatabaseTest
{
    private const string Insert =
        """
        INSERT INTO activity_logs (entity_type, entity_id, action, user_id, created_at)
        VALUES ('job', gen_random_uuid(), 'test', '00000000-0000-7000-8000-000000000002', $1::text::timestamptz)
        """;

    // The month so many months from now, as PostgreSQL sees it in UTC.
    private const string Month = "date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => $1)";

    [Fact]
    public async Task This_month_and_three_more_are_made_ahead()
    {
        for (var ahead = 0; ahead <= 3; ahead++)
        {
            Assert.Equal(
                $"activity_logs_{await Sql.TextAsync($"SELECT to_char({Month}, 'YYYY_MM')", ahead)}",
                await PartitionOfAsync(ahead));
        }

        Assert.Equal("activity_logs_default", await PartitionOfAsync(4));
    }

    [Fact]
    public async Task Months_that_are_there_are_not_made_again()
    {
        Assert.Equal(0, await Sql.ScalarAsync<int>("SELECT ensure_activity_log_partitions()"));
        Assert.Equal(2, await Sql.ScalarAsync<int>("SELECT ensure_activity_log_partitions(5)"));
        Assert.Equal(0, await Sql.ScalarAsync<int>("SELECT ensure_activity_log_partitions(5)"));
    }

    [Fact]
    public async Task A_new_month_takes_over_what_the_default_partition_holds_for_it()
    {
        await InsertAsync(4);
        await InsertAsync(5);
        await InsertAsync(6);
        var stamps = await Sql.ListAsync<ulong>("SELECT change_xid FROM activity_logs_default ORDER BY created_at");

        await Sql.ExecuteAsync("SELECT ensure_activity_log_partitions(5)");

        Assert.Equal(1, await Sql.CountAsync("activity_logs_default"));
        Assert.Equal(3, await Sql.CountAsync("activity_logs", "action = 'test'"));
        Assert.Equal(stamps, await Sql.ListAsync<ulong>("SELECT change_xid FROM activity_logs WHERE action = 'test' ORDER BY created_at"));
        // The move is no deletion: no device is to lose them.
        Assert.Equal(0, await Sql.CountAsync("tombstones"));
    }

    [Fact]
    public async Task A_new_month_waits_for_what_another_transaction_is_writing_for_it()
    {
        await using var writer = await OpenAsync();
        await using var maintenance = await OpenAsync();
        await writer.ExecuteAsync("BEGIN");
        await writer.ExecuteAsync(Insert, await TimeAsync(4));

        var ensure = maintenance.ScalarAsync<int>("SELECT ensure_activity_log_partitions(4)");
        await maintenance.WaitUntilBlockedAsync(Sql);
        await writer.ExecuteAsync("COMMIT");

        Assert.Equal(1, await ensure);
        Assert.Equal(0, await Sql.CountAsync("activity_logs_default"));
        Assert.Equal(1, await Sql.CountAsync("activity_logs", "action = 'test'"));
    }

    [Fact]
    public async Task Two_servers_may_make_the_same_months()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        await first.ExecuteAsync("BEGIN");
        Assert.Equal(3, await first.ScalarAsync<int>("SELECT ensure_activity_log_partitions(6)"));

        var other = second.ScalarAsync<int>("SELECT ensure_activity_log_partitions(6)");
        await second.WaitUntilBlockedAsync(Sql);
        await first.ExecuteAsync("COMMIT");

        Assert.Equal(0, await other);
    }

    [Fact]
    public async Task A_made_month_holds_the_rules_of_the_whole()
    {
        await Sql.ExecuteAsync("SELECT ensure_activity_log_partitions(4)");
        var partition = await PartitionOfAsync(4);

        foreach (var rule in new[] { "FOREIGN KEY (job_id)", "FOREIGN KEY (user_id)", "PRIMARY KEY (id, created_at)" })
        {
            Assert.Equal(1, await Sql.CountAsync(
                "pg_constraint", "conrelid = $1::text::regclass AND pg_get_constraintdef(oid) LIKE $2", partition, $"{rule}%"));
        }

        Assert.Equal(
            await Sql.CountAsync("pg_indexes", "tablename = 'activity_logs_default'"),
            await Sql.CountAsync("pg_indexes", "tablename = $1", partition));
    }

    [Fact]
    public async Task Retention_drops_the_months_that_have_ended_before_and_no_other()
    {
        await InsertAsync(0);
        await InsertAsync(1);
        await InsertAsync(2);

        var dropped = await Sql.ScalarAsync<int>(
            $"SELECT drop_activity_log_partitions(({Month}) AT TIME ZONE 'UTC')", 1);

        Assert.Equal(1, dropped);
        Assert.Equal(2, await Sql.CountAsync("activity_logs", "action = 'test'"));
        Assert.Equal("activity_logs_default", await PartitionOfAsync(0));
        Assert.Equal(0, await Sql.CountAsync("tombstones"));
    }

    [Fact]
    public async Task A_month_that_has_not_quite_ended_is_kept() => Assert.Equal(0, await Sql.ScalarAsync<int>(
        $"SELECT drop_activity_log_partitions(({Month}) AT TIME ZONE 'UTC' - interval '1 microsecond')", 1));

    [Fact]
    public async Task A_month_begins_in_UTC_whatever_the_sessions_time_zone()
    {
        await using var session = await OpenAsync();
        await session.ExecuteAsync("SET TIME ZONE 'Pacific/Auckland'");
        await session.ExecuteAsync("SELECT ensure_activity_log_partitions(4)");

        Assert.Contains(
            $"FROM ('{await Sql.TextAsync($"SELECT to_char({Month}, 'YYYY-MM-DD')", 4)} 00:00:00+00')",
            await BoundAsync(4), StringComparison.Ordinal);
    }

    private async Task InsertAsync(int monthsAhead) => await Sql.ExecuteAsync(Insert, await TimeAsync(monthsAhead));

    private Task<string?> TimeAsync(int monthsAhead) =>
        Sql.TextAsync($"SELECT to_char({Month} + interval '3 days', 'YYYY-MM-DD HH24:MI:SS+00')", monthsAhead);

    private async Task<string?> PartitionOfAsync(int monthsAhead)
    {
        await using var session = await OpenAsync();
        await session.ExecuteAsync("BEGIN");
        return await session.TextAsync(Insert + " RETURNING tableoid::regclass::text", await TimeAsync(monthsAhead));
    }

    private async Task<string> BoundAsync(int monthsAhead) => await Sql.TextAsync(
        """
        SELECT string_agg(pg_get_expr(relpartbound, oid), ';') FROM pg_class WHERE relname = $1
        """, await PartitionOfAsync(monthsAhead)) ?? "";
}
