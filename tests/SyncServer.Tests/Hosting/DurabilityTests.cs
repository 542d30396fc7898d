using KhsCrm.Storage;
using KhsCrm.SyncServer.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Hosting;

/// <summary>Promise 8: acknowledged means on the disk, whatever the database does for others.</summary>
public sealed class DurabilityTests
{
    [Fact]
    public async Task A_database_that_commits_carelessly_for_others_does_not_for_the_service()
    {
        await using var server = await RunningServer.StartAsync();
        await server.RunAsync($"ALTER DATABASE {await server.ScalarAsync<string>("SELECT current_database()::text")} SET synchronous_commit = off");

        await using var second = await server.StartAnotherAsync();
        var services = second.Service<IServiceProvider>();

        Assert.Equal("off", await second.ScalarAsync<string>("SHOW synchronous_commit"));
        foreach (var pool in new[]
        {
            services.GetRequiredService<NpgsqlDataSource>(), services.GetRequiredKeyedService<NpgsqlDataSource>(DataSources.Warm),
        })
        {
            await using var command = pool.CreateCommand("SHOW synchronous_commit");
            Assert.Equal("on", await command.ExecuteScalarAsync(RunningServer.Cancellation));
        }
    }
}
