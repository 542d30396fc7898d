using KhsCrm.Storage.Tests.Database;
using Xunit;

namespace KhsCrm.Storage.Tests.Stamps;

public sealed class ChangeXidTests : DatabaseTest
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var job = await Sql.InsertJobAsync();
        await Sql.InsertMaterialAsync(job);
        await Sql.InsertAssignmentAsync(job, await Sql.InsertWorkerAsync());
    }

    [Theory]
    [InlineData("INSERT INTO users (email, password_hash, name, role, change_xid) VALUES ('a@b', 'h', 'A', 'WORKER', '3')", "users")]
    [InlineData("INSERT INTO customers (name, address, change_xid) VALUES ('A', 'B', '3')", "customers")]
    [InlineData("INSERT INTO jobs (title, customer_id, created_by_id, change_xid) SELECT 'R', customer_id, created_by_id, '3' FROM jobs", "jobs")]
    [InlineData("INSERT INTO job_assignments (job_id, user_id, change_xid) SELECT job_id, added_by_id, '3' FROM materials", "job_assignments")]
    [InlineData("INSERT INTO materials (job_id, item_name, added_by_id, change_xid) SELECT job_id, 'B', added_by_id, '3' FROM materials", "materials")]
    [InlineData("INSERT INTO job_status_history (job_id, to_status, changed_by_id, change_xid) SELECT id, 'ON_HOLD', created_by_id, '3' FROM jobs", "job_status_history")]
    [InlineData("INSERT INTO activity_logs (entity_type, entity_id, action, user_id, change_xid) SELECT 'job', id, 'x', created_by_id, '3' FROM jobs", "activity_logs")]
    [InlineData("INSERT INTO tombstones (entity_type, entity_id, change_xid) VALUES ('job', gen_random_uuid(), '3')", "tombstones")]
    public async Task An_inserted_row_has_the_transaction_that_wrote_it_whatever_it_brings(string insert, string table)
    {
        await using var session = await OpenAsync();
        await session.ExecuteAsync("BEGIN");
        await session.ExecuteAsync(insert);

        Assert.Equal(1, await session.CountAsync(table, "change_xid = pg_current_xact_id() AND xmin = pg_current_xact_id()::xid"));
        Assert.Equal(0, await session.CountAsync(table, "change_xid = '3'"));
    }

    [Theory]
    [InlineData("job_assignments", "assigned_at = assigned_at + interval '1 hour'")]
    [InlineData("job_status_history", "changed_at = changed_at + interval '1 hour'")]
    [InlineData("activity_logs", "action = 'seen'")]
    public async Task A_row_without_updated_at_is_stamped_when_it_changes(string table, string change)
    {
        await using var session = await OpenAsync();
        await session.ExecuteAsync("BEGIN");
        await session.ExecuteAsync($"UPDATE {table} SET {change}");

        Assert.Equal(0, await session.CountAsync(table, "change_xid <> pg_current_xact_id()"));
    }

    [Theory]
    [InlineData("job_assignments", "assigned_at")]
    [InlineData("job_status_history", "changed_at")]
    [InlineData("activity_logs", "action")]
    public async Task A_row_without_updated_at_is_not_stamped_when_it_does_not_change(string table, string column)
    {
        var before = await Sql.ListAsync<ulong>($"SELECT change_xid FROM {table} ORDER BY id");

        await Sql.ExecuteAsync($"UPDATE {table} SET {column} = {column}");

        Assert.Equal(before, await Sql.ListAsync<ulong>($"SELECT change_xid FROM {table} ORDER BY id"));
    }
}
