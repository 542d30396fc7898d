using KhsCrm.Storage.Hosting;
using KhsCrm.Storage.Push.GroupCommit;
using KhsCrm.Storage.Tests.Deltas;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;
using static KhsCrm.Storage.Tests.Push.Outbox;

namespace KhsCrm.Storage.Tests.Push;

/// <summary>The statements of groups are planned once, whatever the tables hold at that moment.</summary>
public sealed class PreparedPlanTests
{
    [Fact]
    public async Task The_ledger_is_looked_up_by_its_index_though_it_was_empty_when_that_was_planned()
    {
        await using var database = await SyncedDatabase.CreateAsync();
        await database.RunAsync("ANALYZE sync_queue");
        var outbox = await CreateAsync(database);
        var before = await ScansAsync(database);

        await using (var services = Services(database.ConnectionString))
        {
            // More than the five for which Npgsql, and then PostgreSQL, waits before it keeps a plan.
            for (var push = 0; push < 15; push++)
            {
                await services.GetRequiredService<GroupCommitter>().ApplyAsync(
                    outbox.Actor, [outbox.Create(NewCustomer())], SyncedDatabase.Cancellation);
            }
        }

        // A session adds its counts when it ends.
        while (await database.ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'khscrm'") > 0)
            await Task.Delay(10, SyncedDatabase.Cancellation);
        var after = await ScansAsync(database);
        Assert.Equal(15, await database.ScalarAsync<long>("SELECT count(*) FROM customers"));
        Assert.True(after.OfIndex >= before.OfIndex + 15, $"{after} after {before}");
        Assert.Equal(before.OfTable, after.OfTable);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("Max Auto Prepare=0", false)]
    [InlineData("MaxAutoPrepare=0;Minimum Pool Size=7", false)]
    public async Task Nothing_stays_prepared_where_a_pooler_cannot_keep_it(string says, bool stays)
    {
        await using var services = Services($"Host=nowhere;{says}");

        foreach (var key in new[] { DataSources.Warm, DataSources.FirstSync })
        {
            var options = new NpgsqlConnectionStringBuilder(services.GetRequiredKeyedService<NpgsqlDataSource>(key).ConnectionString);
            Assert.Equal((stays, 0), (options.MaxAutoPrepare > 0, options.MinPoolSize));
        }
    }

    private static async Task<(long OfTable, long OfIndex)> ScansAsync(SyncedDatabase database)
    {
        const string Scans = "FROM pg_stat_user_tables WHERE relname = 'sync_queue_completed'";
        return (await database.ScalarAsync<long>($"SELECT seq_scan {Scans}"), await database.ScalarAsync<long>($"SELECT idx_scan {Scans}"));
    }

    private static ServiceProvider Services(string connectionString) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build())
        .AddKhsCrmStorage(connectionString)
        .BuildServiceProvider();
}
