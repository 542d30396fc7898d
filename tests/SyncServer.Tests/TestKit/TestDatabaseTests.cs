using KhsCrm.TestKit;
using Npgsql;
using Xunit;

namespace KhsCrm.SyncServer.Tests.TestKit;

public sealed class TestDatabaseTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Databases_of_concurrent_tests_are_migrated_and_separate()
    {
        var databases = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => TestDatabase.CreateAsync(Cancellation)));

        Assert.Equal(8, databases.Select(database => database.Name).Distinct().Count());
        foreach (var database in databases)
        {
            Assert.True(await CountTablesAsync(database) > 0);
            await database.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_empty_database_is_empty_and_goes_with_its_connections()
    {
        var database = await TestDatabase.CreateEmptyAsync(Cancellation);
        Assert.Equal(0, await CountTablesAsync(database));
        await using var open = new NpgsqlConnection(database.ConnectionString);
        await open.OpenAsync(Cancellation);

        await database.DisposeAsync();

        await using var late = new NpgsqlConnection(database.ConnectionString);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => late.OpenAsync(Cancellation));
        Assert.Equal(PostgresErrorCodes.InvalidCatalogName, refusal.SqlState);
    }

    private static async Task<long> CountTablesAsync(TestDatabase database)
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(
            "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')", connection);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
