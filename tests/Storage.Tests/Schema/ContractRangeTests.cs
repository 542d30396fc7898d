using KhsCrm.Storage.Tests.Database;
using Npgsql;
using Xunit;

namespace KhsCrm.Storage.Tests.Schema;

/// <summary>
/// No column of any table takes a time or a date that the contract cannot hold. The columns are those the catalog has, so
/// that a new one is tried too; on a copy of the table with its checks, for triggers set some of them.
/// </summary>
public sealed class ContractRangeTests : DatabaseTest
{
    private static readonly string[] Tables =
    [
        "users", "customers", "jobs", "job_assignments", "materials", "job_status_history", "activity_logs",
        "tombstones", "devices", "refresh_tokens", "service_accounts", "sync_queue", "sync_timelines",
        "sync_histories", "tombstone_marks",
    ];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var job = await Sql.InsertJobAsync();
        await Sql.InsertAssignmentAsync(job, Rows.Owner);
        var material = await Sql.InsertMaterialAsync(job);
        await Sql.ExecuteAsync(
            "UPDATE materials SET purchased = true, purchased_by_id = $1, purchased_at = now() WHERE id = $2",
            Rows.Owner, material);
        await Sql.ExecuteAsync("DELETE FROM materials WHERE id = $1", await Sql.InsertMaterialAsync(job));
        await Sql.ExecuteAsync(
            "INSERT INTO devices (id, user_id, app_version) VALUES (gen_random_uuid(), $1, '1')", Rows.Owner);
        await Sql.ExecuteAsync(
            "INSERT INTO refresh_tokens (token, user_id, expires_at, family_id) VALUES ('t', $1, now(), gen_random_uuid())",
            Rows.Owner);
        await Sql.ExecuteAsync(
            "INSERT INTO service_accounts (user_id, key_digest, created_by_id) VALUES ($1, 'd', $1)", Rows.Owner);
        await Sql.ExecuteAsync(
            "INSERT INTO sync_queue (user_id, operation, entity_type, payload) VALUES ($1, 'create', 'job', '{}')", Rows.Owner);
        await Sql.ExecuteAsync(
            "INSERT INTO sync_timelines (system_identifier, timeline_id, first_lsn) VALUES ('1', 1, '0/1')");
        await Sql.ExecuteAsync("INSERT INTO sync_histories DEFAULT VALUES");
        await Sql.ExecuteAsync("INSERT INTO tombstone_marks DEFAULT VALUES");
    }

    [Theory]
    [InlineData("infinity", false)]
    [InlineData("-infinity", false)]
    [InlineData("0001-12-31 23:59:59.999999+00 BC", false)]
    [InlineData("10000-01-01 00:00:00+00", false)]
    [InlineData("0001-01-01 00:00:00+00", true)]
    [InlineData("9999-12-31 23:59:59.999999+00", true)]
    public async Task Every_time_and_date_is_of_year_1_to_9999(string value, bool isAllowed)
    {
        foreach (var table in Tables)
        {
            await Sql.ExecuteAsync($"CREATE TABLE probe (LIKE {table} INCLUDING CONSTRAINTS)");
            var columns = await Sql.ListAsync<string>(
                """
                SELECT attname::text FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0
                    AND atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype)
                """, table);
            Assert.NotEmpty(columns);
            foreach (var column in columns)
            {
                var insert =
                    $"""
                    INSERT INTO probe SELECT (jsonb_populate_record(t, jsonb_build_object('{column}', $1::text))).*
                    FROM {table} t LIMIT 1
                    """;
                if (isAllowed)
                    Assert.Equal(1, await Sql.ExecuteAsync(insert, value));
                else
                    await Sql.RefusesAsync(PostgresErrorCodes.CheckViolation, $"check_{table}_times", insert, value);
            }

            await Sql.ExecuteAsync("DROP TABLE probe");
        }
    }

    [Fact]
    public async Task Every_table_with_times_is_tried() => Assert.Equal(
        Tables.Order(StringComparer.Ordinal),
        await Sql.ListAsync<string>(
            """
            SELECT DISTINCT relname::text COLLATE "C" FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND attnum > 0
                AND atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype, 'date'::regtype) ORDER BY 1
            """));
}
