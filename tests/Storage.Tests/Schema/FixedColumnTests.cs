using KhsCrm.Storage.Tests.Database;
using Npgsql;
using Xunit;

namespace KhsCrm.Storage.Tests.Schema;

/// <summary>What a device could not be told of does not happen: ids and parents stay, tables are not emptied.</summary>
public sealed class FixedColumnTests : DatabaseTest
{
    [Theory]
    [InlineData("users", "id")]
    [InlineData("customers", "id")]
    [InlineData("jobs", "id")]
    [InlineData("job_assignments", "id")]
    [InlineData("materials", "id")]
    [InlineData("job_status_history", "id")]
    [InlineData("activity_logs", "id")]
    [InlineData("job_assignments", "job_id")]
    [InlineData("materials", "job_id")]
    [InlineData("job_status_history", "job_id")]
    [InlineData("job_assignments", "user_id")]
    public async Task An_id_or_parent_does_not_change(string table, string column)
    {
        var job = await Sql.InsertJobAsync();
        await Sql.InsertAssignmentAsync(job, await Sql.InsertWorkerAsync());
        await Sql.InsertMaterialAsync(job);

        await Sql.RefusesAsync(PostgresErrorCodes.CheckViolation, $"check_{table}_{column}_unchanged",
            $"UPDATE {table} SET {column} = gen_random_uuid()");
    }

    [Theory]
    [InlineData("users")]
    [InlineData("customers")]
    [InlineData("jobs")]
    [InlineData("job_assignments")]
    [InlineData("materials")]
    [InlineData("job_status_history")]
    [InlineData("activity_logs")]
    public async Task A_synced_table_is_not_truncated(string table)
    {
        await Sql.InsertJobAsync();

        await Sql.RefusesAsync(PostgresErrorCodes.FeatureNotSupported, null, $"TRUNCATE {table} CASCADE");

        Assert.Equal(1, await Sql.CountAsync("jobs"));
    }
}
