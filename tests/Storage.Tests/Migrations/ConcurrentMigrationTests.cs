using KhsCrm.Storage.Schema;
using KhsCrm.Storage.Tests.Database;
using KhsCrm.TestKit;
using Npgsql;
using Xunit;

namespace KhsCrm.Storage.Tests.Migrations;

public sealed class ConcurrentMigrationTests : DatabaseTest
{
    [Fact]
    public async Task Servers_that_start_together_on_an_empty_database_all_succeed()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => SchemaMigrator.MigrateAsync(ConnectionString, Cancellation)));

        await AssertMigratedOnceAsync();
    }

    [Fact]
    public async Task A_server_waits_for_another_that_is_migrating()
    {
        await using var other = await OpenAsync();
        await other.ExecuteAsync("SELECT pg_advisory_lock(hashtext('khscrm.migrate'))");

        var migration = SchemaMigrator.MigrateAsync(ConnectionString, Cancellation);
        while (await Sql.CountAsync("pg_locks", "locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") == 0)
            Assert.False(migration.IsCompleted);
        await other.ExecuteAsync("SELECT pg_advisory_unlock(hashtext('khscrm.migrate'))");
        await migration;

        await AssertMigratedOnceAsync();
    }

    [Fact]
    public async Task Servers_that_start_together_without_a_database_all_succeed()
    {
        var missing = new NpgsqlConnectionStringBuilder(ConnectionString) { Database = $"khscrm_test_{Guid.NewGuid():N}" };
        try
        {
            await Task.WhenAll(
                Enumerable.Range(0, 6).Select(_ => SchemaMigrator.MigrateAsync(missing.ConnectionString, Cancellation)));
        }
        finally
        {
            await Sql.ExecuteAsync($"DROP DATABASE IF EXISTS {missing.Database} WITH (FORCE)");
        }
    }

    [Fact]
    public async Task Migrating_again_changes_nothing()
    {
        await SchemaMigrator.MigrateAsync(ConnectionString, Cancellation);
        var before = await Sql.ListAsync<string>("SELECT ctid::text || xmin::text FROM users ORDER BY id");

        await SchemaMigrator.MigrateAsync(ConnectionString, Cancellation);

        Assert.Equal(before, await Sql.ListAsync<string>("SELECT ctid::text || xmin::text FROM users ORDER BY id"));
        await AssertMigratedOnceAsync();
    }

    protected override Task<TestDatabase> CreateDatabaseAsync() => TestDatabase.CreateEmptyAsync(Cancellation);

    private async Task AssertMigratedOnceAsync()
    {
        await using var context = CreateContext();
        Assert.Equal(
            Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.GetMigrations(context.Database),
            await Sql.ListAsync<string>("SELECT \"MigrationId\" FROM \"__EFMigrationsHistory\" ORDER BY 1"));
        Assert.Equal(2, await Sql.CountAsync("users"));
        Assert.Equal(5, await Sql.CountAsync("pg_inherits", "inhparent = 'activity_logs'::regclass"));
    }
}
