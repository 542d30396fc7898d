using KhsCrm.Storage.Tests.Database;
using Npgsql;
using Xunit;

namespace KhsCrm.Storage.Tests.Schema;

public sealed class UniquenessTests : DatabaseTest
{
    [Theory]
    [InlineData("worker@khscrm.com")]
    [InlineData("WORKER@KhsCrm.com")]
    public async Task An_email_address_is_one_users_whatever_its_case(string again)
    {
        await Sql.InsertWorkerAsync("worker@khscrm.com");

        await Sql.RefusesAsync(PostgresErrorCodes.UniqueViolation, "idx_users_email",
            "INSERT INTO users (email, password_hash, name, role) VALUES ($1, 'h', 'A', 'WORKER')", again);
    }

    [Fact]
    public async Task A_user_is_assigned_to_a_job_once()
    {
        var (job, worker) = (await Sql.InsertJobAsync(), await Sql.InsertWorkerAsync());
        await Sql.InsertAssignmentAsync(job, worker);

        await Sql.RefusesAsync(PostgresErrorCodes.UniqueViolation, "unique_job_user_assignment",
            "INSERT INTO job_assignments (job_id, user_id) VALUES ($1, $2)", job, worker);
    }

    [Fact]
    public async Task A_refresh_token_is_stored_once()
    {
        const string insert =
            "INSERT INTO refresh_tokens (token, user_id, expires_at, family_id) VALUES ('abc', $1, now(), gen_random_uuid())";
        await Sql.ExecuteAsync(insert, Rows.Owner);

        await Sql.RefusesAsync(PostgresErrorCodes.UniqueViolation, "refresh_tokens_token_key", insert, Rows.Owner);
    }

    [Theory]
    [InlineData("users")]
    [InlineData("customers")]
    [InlineData("jobs")]
    [InlineData("job_assignments")]
    [InlineData("materials")]
    [InlineData("job_status_history")]
    [InlineData("refresh_tokens")]
    [InlineData("tombstones")]
    [InlineData("devices")]
    public async Task An_id_is_one_rows(string table) => Assert.Equal(
        "PRIMARY KEY (id)",
        await Sql.TextAsync(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1", $"{table}_pkey"));

    [Theory]
    [InlineData("activity_logs", "PRIMARY KEY (id, created_at)")]
    [InlineData("sync_queue", "PRIMARY KEY (id, status)")]
    public async Task A_partitioned_tables_key_contains_the_partition_key(string table, string key) => Assert.Equal(
        key, await Sql.TextAsync("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1", $"{table}_pkey"));
}
