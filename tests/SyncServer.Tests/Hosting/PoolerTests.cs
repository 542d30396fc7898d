using KhsCrm.Storage.Maintenance;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Hosting;

/// <summary>Behind PgBouncer in transaction mode the service starts as documented, syncs, and keeps its promises.</summary>
public sealed class PoolerTests
{
    [Fact]
    public async Task Two_servers_behind_a_pooler_sync_and_maintain_the_database()
    {
        await using var direct = await RunningServer.StartAsync();
        await direct.RunAsync($"ALTER DATABASE {await direct.ScalarAsync<string>("SELECT current_database()::text")} SET synchronous_commit = off");
        await direct.RunAsync(
            """
            CREATE TABLE recorded (setting text);
            CREATE FUNCTION record_setting() RETURNS trigger AS $$
            BEGIN INSERT INTO recorded VALUES (current_setting('synchronous_commit')); RETURN NULL; END; $$ LANGUAGE plpgsql;
            CREATE TRIGGER record AFTER INSERT OR UPDATE OR DELETE ON refresh_tokens FOR EACH STATEMENT EXECUTE FUNCTION record_setting();
            """);
        await using var pooler = await Pooler.StartAsync(direct.Service<IConfiguration>().GetConnectionString("KhsCrm")!);
        await using var one = await StandaloneServer.StartAsync(pooler.ConnectionString);
        await using var other = await StandaloneServer.StartAsync(pooler.ConnectionString);
        using var stream = new SyncService.SyncServiceClient(other.Channel).SyncStream(
            await other.OwnerAsync(), cancellationToken: RunningServer.Cancellation);
        await stream.CatchUpAsync();

        var made = await new V1.CustomerService.CustomerServiceClient(one.Channel).CreateCustomerAsync(
            new() { Customer = new() { Name = "Ann", Address = "1 Road" } }, await one.OwnerAsync(), cancellationToken: RunningServer.Cancellation);

        // The notice to the other server is not heard there: its poll finds the row.
        await stream.ReadUntilAsync(change => change.Entity?.Customer?.Id == made.Customer.Id);
        Assert.Equal("on", await direct.ScalarAsync<string>("SELECT string_agg(DISTINCT setting, ',') FROM recorded"));
        // Each takes the lock and gives it back, whatever connection of the pooler it comes by.
        for (var i = 0; i < 5; i++)
        {
            foreach (var server in new[] { one, other })
                Assert.NotNull(await server.Service<DatabaseMaintenance>().RunAsync(RunningServer.Cancellation));
        }

        Assert.Equal(0L, await direct.ScalarAsync<long>(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"));
        Assert.DoesNotContain(one.Log.Lines.Concat(other.Log.Lines), line => line.Level >= LogLevel.Warning);
    }
}
