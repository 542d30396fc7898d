using KhsCrm.Storage.Tests.Database;
using Npgsql;
using Xunit;

namespace KhsCrm.Storage.Tests.Schema;

public sealed class ForeignKeyTests : DatabaseTest
{
    private static readonly Guid Nobody = Guid.NewGuid();

    // Table, column, what it refers to, whether the row goes with it.
    public static TheoryData<string, string, string, bool> All => new()
    {
        { "users", "updated_by_id", "users", false },
        { "customers", "updated_by_id", "users", false },
        { "jobs", "customer_id", "customers", false },
        { "jobs", "created_by_id", "users", false },
        { "jobs", "updated_by_id", "users", false },
        { "job_assignments", "job_id", "jobs", true },
        { "job_assignments", "user_id", "users", false },
        { "job_assignments", "updated_by_id", "users", false },
        { "materials", "job_id", "jobs", true },
        { "materials", "added_by_id", "users", false },
        { "materials", "purchased_by_id", "users", false },
        { "materials", "updated_by_id", "users", false },
        { "refresh_tokens", "user_id", "users", true },
        { "job_status_history", "job_id", "jobs", true },
        { "job_status_history", "changed_by_id", "users", false },
        { "activity_logs", "user_id", "users", false },
        { "activity_logs", "job_id", "jobs", true },
        { "sync_queue", "user_id", "users", false },
        { "devices", "user_id", "users", false },
        { "devices", "revoked_by_id", "users", false },
        { "service_accounts", "user_id", "users", true },
        { "service_accounts", "created_by_id", "users", false },
    };

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_reference_has_its_rule(string table, string column, string target, bool cascades) => Assert.Equal(
        $"FOREIGN KEY ({column}) REFERENCES {target}(id){(cascades ? " ON DELETE CASCADE" : "")}",
        await Sql.TextAsync(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1 AND conrelid = $2::text::regclass",
            $"{table}_{column}_fkey", table));

    [Fact]
    public async Task There_are_no_other_references() => Assert.Equal(
        All.Count,
        await Sql.CountAsync("pg_constraint", "contype = 'f' AND conparentid = 0 AND connamespace = 'public'::regnamespace"));

    [Theory]
    [InlineData("jobs_customer_id_fkey",
        "INSERT INTO jobs (title, customer_id, created_by_id) VALUES ('R', $1, '00000000-0000-7000-8000-000000000002')")]
    [InlineData("materials_job_id_fkey",
        "INSERT INTO materials (job_id, item_name, added_by_id) VALUES ($1, 'N', '00000000-0000-7000-8000-000000000002')")]
    [InlineData("customers_updated_by_id_fkey",
        "INSERT INTO customers (name, address, updated_by_id) VALUES ('A', 'B', $1)")]
    [InlineData("refresh_tokens_user_id_fkey",
        "INSERT INTO refresh_tokens (token, user_id, expires_at, family_id) VALUES ('a', $1, now(), gen_random_uuid())")]
    public async Task A_reference_to_nothing_is_refused(string constraint, string sql) =>
        await Sql.RefusesAsync(PostgresErrorCodes.ForeignKeyViolation, constraint, sql, Nobody);

    [Fact]
    public async Task A_customer_with_a_job_stays()
    {
        var customer = await Sql.InsertCustomerAsync();
        await Sql.InsertJobAsync(customer);

        await Sql.RefusesAsync(PostgresErrorCodes.ForeignKeyViolation, "jobs_customer_id_fkey",
            "DELETE FROM customers WHERE id = $1", customer);
    }

    [Fact]
    public async Task A_user_who_did_something_stays()
    {
        var worker = await Sql.InsertWorkerAsync();
        await Sql.InsertAssignmentAsync(await Sql.InsertJobAsync(), worker);

        await Sql.RefusesAsync(PostgresErrorCodes.ForeignKeyViolation, "job_assignments_user_id_fkey",
            "DELETE FROM users WHERE id = $1", worker);
    }

    [Fact]
    public async Task A_deleted_job_takes_what_hangs_on_it()
    {
        var (job, worker) = (await Sql.InsertJobAsync(), await Sql.InsertWorkerAsync());
        await Sql.InsertAssignmentAsync(job, worker);
        await Sql.InsertMaterialAsync(job);

        await Sql.ExecuteAsync("DELETE FROM jobs WHERE id = $1", job);

        foreach (var table in new[] { "job_assignments", "materials", "job_status_history" })
            Assert.Equal(0, await Sql.CountAsync(table));
        Assert.Equal(0, await Sql.CountAsync("activity_logs", "job_id IS NOT NULL"));
    }

    [Fact]
    public async Task A_deleted_user_takes_their_sessions()
    {
        var worker = await Sql.InsertWorkerAsync();
        await Sql.ExecuteAsync(
            "INSERT INTO refresh_tokens (token, user_id, expires_at, family_id) VALUES ('a', $1, now(), gen_random_uuid())", worker);

        await Sql.ExecuteAsync("DELETE FROM users WHERE id = $1", worker);

        Assert.Equal(0, await Sql.CountAsync("refresh_tokens"));
    }
}
