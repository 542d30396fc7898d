using KhsCrm.Storage.Tests.Database;
using Xunit;

namespace KhsCrm.Storage.Tests.Schema;

public sealed class DefaultsTests : DatabaseTest
{
    [Fact]
    public async Task A_new_user_is_active_and_has_never_signed_in()
    {
        var user = await Sql.InsertWorkerAsync();

        Assert.Equal(1, await Sql.CountAsync("users", "id = $1 AND is_active AND last_login_at IS NULL", user));
    }

    [Fact]
    public async Task A_new_customer_is_not_archived()
    {
        var customer = await Sql.InsertCustomerAsync();

        Assert.Equal(1, await Sql.CountAsync("customers", "id = $1 AND NOT is_archived AND phone IS NULL", customer));
    }

    [Fact]
    public async Task A_new_job_is_not_started()
    {
        var customer = await Sql.InsertCustomerAsync();

        var status = await Sql.TextAsync(
            "INSERT INTO jobs (title, customer_id, created_by_id) VALUES ('Roof', $1, $2) RETURNING status",
            customer, Rows.Owner);

        Assert.Equal("NOT_STARTED", status);
    }

    [Fact]
    public async Task A_new_material_is_one_of_each_and_to_buy()
    {
        var material = await Sql.InsertMaterialAsync(await Sql.InsertJobAsync());

        Assert.Equal(1, await Sql.CountAsync(
            "materials", "id = $1 AND quantity = 1 AND unit = 'each' AND NOT purchased AND NOT is_deleted", material));
    }

    [Fact]
    public async Task A_new_queue_item_is_pending_and_not_retried()
    {
        await Sql.ExecuteAsync(
            "INSERT INTO sync_queue (user_id, operation, entity_type, payload) VALUES ($1, 'create', 'job', '{}')", Rows.Owner);

        Assert.Equal(1, await Sql.CountAsync("sync_queue", "status = 'pending' AND retry_count = 0 AND processed_at IS NULL"));
    }

    [Theory]
    [InlineData("users", "created_at")]
    [InlineData("customers", "created_at")]
    [InlineData("jobs", "created_at")]
    [InlineData("job_assignments", "assigned_at")]
    [InlineData("materials", "created_at")]
    [InlineData("refresh_tokens", "created_at")]
    [InlineData("service_accounts", "created_at")]
    [InlineData("job_status_history", "changed_at")]
    [InlineData("activity_logs", "created_at")]
    [InlineData("sync_queue", "created_at")]
    [InlineData("tombstones", "deleted_at")]
    public async Task A_row_is_dated_by_its_statement_and_not_by_the_start_of_its_transaction(string table, string column)
    {
        await using var session = await OpenAsync();
        await session.ExecuteAsync("BEGIN");
        var start = await session.ScalarAsync<DateTime>("SELECT now()");

        await InsertInto(table, session);

        Assert.True(await session.ScalarAsync<bool>($"SELECT max({column}) > $1 FROM {table}", start));
    }

    [Theory]
    [InlineData("users")]
    [InlineData("customers")]
    [InlineData("jobs")]
    [InlineData("job_assignments")]
    [InlineData("materials")]
    [InlineData("refresh_tokens")]
    [InlineData("job_status_history")]
    [InlineData("activity_logs")]
    [InlineData("sync_queue")]
    [InlineData("tombstones")]
    public async Task A_row_without_an_id_gets_one(string table)
    {
        await InsertInto(table, Sql);

        Assert.True(await Sql.CountAsync(table, "id IS NOT NULL") > 0);
    }

    private static async Task InsertInto(string table, Sql sql)
    {
        var job = await sql.InsertJobAsync();
        await sql.InsertAssignmentAsync(job, await sql.InsertWorkerAsync());
        await sql.InsertMaterialAsync(job);
        await sql.ExecuteAsync(
            """
            INSERT INTO refresh_tokens (token, user_id, expires_at, family_id)
            VALUES ('abc', $1, now() + interval '1 day', gen_random_uuid())
            """, Rows.Owner);
        await sql.ExecuteAsync(
            "INSERT INTO service_accounts (user_id, key_digest, created_by_id) VALUES ($1, 'abc', $1)", Rows.Owner);
        await sql.ExecuteAsync(
            "INSERT INTO sync_queue (user_id, operation, entity_type, payload) VALUES ($1, 'create', 'job', '{}')", Rows.Owner);
        if (table == "tombstones")
            await sql.ExecuteAsync("DELETE FROM jobs WHERE id = $1", job);
    }
}
