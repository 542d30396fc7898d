using KhsCrm.Storage.Tests.Database;
using Xunit;

namespace KhsCrm.Storage.Tests.Tombstones;

public sealed class TombstoneTests : DatabaseTest
{
    private const string Routes =
        """
        SELECT entity_type || ' job:' || coalesce(job_id::text, '-') || ' customer:' || coalesce(customer_id::text, '-')
            || ' user:' || coalesce(user_id::text, '-')
        FROM tombstones WHERE entity_id = $1
        """;

    [Fact]
    public async Task A_deleted_customer_leaves_one()
    {
        var customer = await Sql.InsertCustomerAsync();
        await Sql.ExecuteAsync("DELETE FROM customers WHERE id = $1", customer);

        Assert.Equal([$"customer job:- customer:{customer} user:-"], await Sql.ListAsync<string>(Routes, customer));
    }

    [Fact]
    public async Task A_deleted_user_leaves_one()
    {
        var user = await Sql.InsertWorkerAsync();
        await Sql.ExecuteAsync("DELETE FROM users WHERE id = $1", user);

        Assert.Equal([$"user job:- customer:- user:{user}"], await Sql.ListAsync<string>(Routes, user));
    }

    [Fact]
    public async Task A_deleted_assignment_leaves_one()
    {
        var (job, user) = (await Sql.InsertJobAsync(), await Sql.InsertWorkerAsync());
        var assignment = await Sql.InsertAssignmentAsync(job, user);
        await Sql.ExecuteAsync("DELETE FROM job_assignments");

        Assert.Equal([$"job_assignment job:{job} customer:- user:{user}"], await Sql.ListAsync<string>(Routes, assignment));
    }

    [Fact]
    public async Task A_deleted_material_leaves_one()
    {
        var job = await Sql.InsertJobAsync();
        var material = await Sql.InsertMaterialAsync(job);
        await Sql.ExecuteAsync("DELETE FROM materials");

        Assert.Equal([$"material job:{job} customer:- user:-"], await Sql.ListAsync<string>(Routes, material));
    }

    [Fact]
    public async Task A_deleted_log_entry_leaves_one()
    {
        var job = await Sql.InsertJobAsync();
        var entry = await Sql.IdAsync("SELECT id FROM activity_logs WHERE entity_type = 'job'");
        await Sql.ExecuteAsync("DELETE FROM activity_logs WHERE id = $1", entry);

        Assert.Equal([$"activity_log job:{job} customer:- user:-"], await Sql.ListAsync<string>(Routes, entry));
    }

    [Fact]
    public async Task A_deleted_job_leaves_one_for_itself_and_for_each_row_that_goes_with_it()
    {
        var customer = await Sql.InsertCustomerAsync();
        var job = await Sql.InsertJobAsync(customer);
        var user = await Sql.InsertWorkerAsync();
        var assignment = await Sql.InsertAssignmentAsync(job, user);
        var material = await Sql.InsertMaterialAsync(job);
        var history = await Sql.IdAsync("SELECT id FROM job_status_history");
        var entries = await Sql.CountAsync("activity_logs", "job_id = $1", job);

        await Sql.ExecuteAsync("DELETE FROM jobs WHERE id = $1", job);

        Assert.Equal([$"job job:{job} customer:{customer} user:-"], await Sql.ListAsync<string>(Routes, job));
        Assert.Equal([$"job_assignment job:{job} customer:- user:{user}"], await Sql.ListAsync<string>(Routes, assignment));
        Assert.Equal([$"material job:{job} customer:- user:-"], await Sql.ListAsync<string>(Routes, material));
        Assert.Equal([$"job_status_history job:{job} customer:- user:-"], await Sql.ListAsync<string>(Routes, history));
        Assert.Equal(3, entries);
        Assert.Equal(entries, await Sql.CountAsync("tombstones", "entity_type = 'activity_log' AND job_id = $1", job));
        Assert.Equal(4 + entries, await Sql.CountAsync("tombstones"));
    }

    [Fact]
    public async Task A_tombstone_has_the_transaction_that_deleted()
    {
        await Sql.InsertCustomerAsync();
        await using var session = await OpenAsync();
        await session.ExecuteAsync("BEGIN");
        await session.ExecuteAsync("DELETE FROM customers");

        Assert.Equal(1, await session.CountAsync("tombstones", "change_xid = pg_current_xact_id()"));
    }

    [Fact]
    public async Task A_delete_that_is_rolled_back_leaves_none()
    {
        await Sql.InsertCustomerAsync();
        await using var session = await OpenAsync();
        await session.ExecuteAsync("BEGIN");
        await session.ExecuteAsync("DELETE FROM customers");
        await session.ExecuteAsync("ROLLBACK");

        Assert.Equal(0, await Sql.CountAsync("tombstones"));
    }

    [Fact]
    public async Task A_job_that_moves_to_another_customer_ends_the_link()
    {
        var (old, next) = (await Sql.InsertCustomerAsync("Old"), await Sql.InsertCustomerAsync("New"));
        var job = await Sql.InsertJobAsync(old);

        await Sql.ExecuteAsync("UPDATE jobs SET customer_id = $1", next);
        await Sql.ExecuteAsync("UPDATE jobs SET customer_id = $1, notes = 'stays'", next);

        Assert.Equal([$"job_customer job:{job} customer:{old} user:-"], await Sql.ListAsync<string>(Routes, job));
    }

    [Fact]
    public async Task A_statement_that_deletes_ten_thousand_rows_leaves_ten_thousand()
    {
        var job = await Sql.InsertJobAsync();
        await Sql.ExecuteAsync(
            "INSERT INTO materials (job_id, item_name, added_by_id) SELECT $1, 'N', $2 FROM generate_series(1, 10000)",
            job, Rows.Owner);
        await Sql.ExecuteAsync("DELETE FROM materials");

        Assert.Equal(10_000, await Sql.ScalarAsync<long>(
            "SELECT count(DISTINCT entity_id) FROM tombstones WHERE entity_type = 'material' AND job_id = $1", job));
    }

    [Fact]
    public async Task Soft_deletes_leave_none()
    {
        await Sql.InsertMaterialAsync(await Sql.InsertJobAsync());
        await Sql.ExecuteAsync("UPDATE customers SET is_archived = true");
        await Sql.ExecuteAsync("UPDATE materials SET is_deleted = true");

        Assert.Equal(0, await Sql.CountAsync("tombstones"));
    }
}
