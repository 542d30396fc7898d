using KhsCrm.Storage.Schema;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.TestKit;
using Npgsql;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Hosting;

/// <summary>A migration needs nothing of a session, so it may run behind PgBouncer in transaction mode.</summary>
public sealed class PooledMigrationTests
{
    [Fact]
    public async Task Three_runs_at_once_behind_a_pooler_all_succeed_and_each_migration_is_applied_once()
    {
        await using var database = await TestDatabase.CreateEmptyAsync(RunningServer.Cancellation);
        await using var pooler = await Pooler.StartAsync(database.ConnectionString);
        List<string> told = [];
        var settings = new MigrationSettings { Tell = line => { lock (told) told.Add(line); } };

        await Task.WhenAll(Enumerable.Range(0, 3).Select(
            _ => SchemaMigrator.MigrateAsync(pooler.ConnectionString, settings, RunningServer.Cancellation)));

        Assert.Equal(["20261122221154_V1InitialSchema", "20261122221317_V2SeedData", "20261130060000_V3Promises", "20261130130000_V4SchemaCompatibility"],
            told.Where(line => line.Contains(" applied in ", StringComparison.Ordinal)).Select(line => line.Split(' ')[0]).Order());
        await using var connection = new NpgsqlConnection($"{database.ConnectionString};Pooling=false");
        await connection.OpenAsync(RunningServer.Cancellation);
        await using var command = new NpgsqlCommand("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())", connection);
        Assert.Equal(0L, await command.ExecuteScalarAsync(RunningServer.Cancellation));
    }
}
