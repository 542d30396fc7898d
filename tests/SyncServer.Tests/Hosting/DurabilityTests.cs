using KhsCrm.SyncServer.Tests.Kit;
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
        await using var command = second.Service<NpgsqlDataSource>().CreateCommand("SHOW synchronous_commit");

        Assert.Equal("off", await second.ScalarAsync<string>("SHOW synchronous_commit"));
        Assert.Equal("on", await command.ExecuteScalarAsync(RunningServer.Cancellation));
    }
}
