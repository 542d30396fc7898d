using KhsCrm.Storage.Schema;
using KhsCrm.Storage.Tests.Database;
using KhsCrm.TestKit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;
using Xunit;

namespace KhsCrm.Storage.Tests.Migrations;

/// <summary>A migration beside a service that runs: it waits for no table for long, and leaves nothing half done.</summary>
public sealed class LockedTableTests : DatabaseTest
{
    private const string ApplyingV3 = "20261130060000_V3Promises";
    private const string ApplyingV4 = "20261130130000_V4SchemaCompatibility";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await using var context = CreateContext();
        await context.GetService<IMigrator>().MigrateAsync(context.Database.GetMigrations().ElementAt(1), Cancellation);
    }

    [Fact]
    public async Task A_table_in_use_is_left_free_between_attempts_and_then_the_migration_succeeds()
    {
        await using var user = await OpenAsync();
        await user.ExecuteAsync("BEGIN; SELECT count(*) FROM customers");
        List<string> told = [];
        var settings = new MigrationSettings
        {
            LockTimeout = TimeSpan.FromMilliseconds(50),
            Pause = TimeSpan.Zero,
            Tell = line =>
            {
                told.Add(line);
                // Between two attempts nobody queues behind the migration.
                if (told.Count == 2)
                    user.ExecuteAsync("COMMIT").GetAwaiter().GetResult();
            },
        };

        await SchemaMigrator.MigrateAsync(ConnectionString, settings, Cancellation);

        Assert.All(told[..2], line => Assert.StartsWith($"{ApplyingV3} waits", line, StringComparison.Ordinal));
        Assert.StartsWith($"{ApplyingV3} applied", told[^2], StringComparison.Ordinal);
        Assert.StartsWith($"{ApplyingV4} applied", told[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_that_is_given_up_leaves_the_schema_as_it_was()
    {
        var before = await ObjectsAsync();
        await using var user = await OpenAsync();
        await user.ExecuteAsync("BEGIN; SELECT count(*) FROM customers");
        var settings = new MigrationSettings { LockTimeout = TimeSpan.FromMilliseconds(50), Pause = TimeSpan.Zero, Attempts = 3 };

        var fault = await Assert.ThrowsAsync<PostgresException>(
            () => SchemaMigrator.MigrateAsync(ConnectionString, settings, Cancellation));

        Assert.Equal(PostgresErrorCodes.LockNotAvailable, fault.SqlState);
        Assert.Equal(before, await ObjectsAsync());
    }

    [Fact]
    public async Task A_migration_that_fails_in_its_last_statement_leaves_the_schema_as_it_was()
    {
        // V4 makes this table; V3 is applied by then, and stays.
        await SchemaMigrator.MigrateAsync(ConnectionString, Cancellation);
        await Sql.ExecuteAsync($"""DELETE FROM "__EFMigrationsHistory" WHERE "MigrationId" = '{ApplyingV4}'""");
        var before = await ObjectsAsync();

        await Assert.ThrowsAsync<PostgresException>(() => SchemaMigrator.MigrateAsync(ConnectionString, Cancellation));

        Assert.Equal(before, await ObjectsAsync());
        await Sql.ExecuteAsync("DROP TABLE schema_compatibility");
        await SchemaMigrator.MigrateAsync(ConnectionString, Cancellation);
    }

    [Fact]
    public async Task A_plan_is_the_SQL_of_what_is_missing_and_changes_nothing()
    {
        var before = await ObjectsAsync();

        var plan = await SchemaMigrator.PlanAsync(ConnectionString, Cancellation);

        Assert.Equal([ApplyingV3, ApplyingV4], plan.Select(step => step.Migration));
        Assert.Contains("CREATE TABLE schema_compatibility", plan[1].Sql, StringComparison.Ordinal);
        Assert.All(plan, step => Assert.Contains("INSERT INTO \"__EFMigrationsHistory\"", step.Sql, StringComparison.Ordinal));
        Assert.Equal(before, await ObjectsAsync());
        await SchemaMigrator.MigrateAsync(ConnectionString, Cancellation);
        Assert.Empty(await SchemaMigrator.PlanAsync(ConnectionString, Cancellation));
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_told_as_such()
    {
        await SchemaMigrator.MigrateAsync(ConnectionString, Cancellation);
        await Sql.ExecuteAsync("""INSERT INTO "__EFMigrationsHistory" VALUES ('29990101000000_V9Future', '99.0.0')""");

        var fault = await Assert.ThrowsAsync<SchemaMismatchException>(() => SchemaMigrator.MigrateAsync(ConnectionString, Cancellation));

        Assert.Contains("V9Future", fault.Message, StringComparison.Ordinal);
    }

    protected override Task<TestDatabase> CreateDatabaseAsync() => TestDatabase.CreateEmptyAsync(Cancellation);

    private Task<List<string>> ObjectsAsync() => Sql.ListAsync<string>(
        """
        SELECT 'm ' || "MigrationId" FROM "__EFMigrationsHistory"
        UNION ALL SELECT 'r ' || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT 'c ' || attrelid::regclass || '.' || attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
            WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT 'f ' || p.oid::regprocedure || md5(prosrc) FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
        ORDER BY 1
        """);
}
