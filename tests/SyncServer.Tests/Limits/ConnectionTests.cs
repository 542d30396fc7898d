using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.TestKit;
using Microsoft.Extensions.Options;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Limits;

/// <summary>However many devices come at once, PostgreSQL sees so many connections and no more.</summary>
public sealed class ConnectionTests
{
    [Fact]
    public async Task Ninety_hellos_at_once_wait_for_the_few_connections_there_are()
    {
        await using var server = await RunningServer.StartAsync(new()
        {
            ["Connections:Common"] = "4",
            ["Connections:FirstSyncs"] = "2",
            ["GroupCommit:Committers"] = "1",
        });
        var owner = await server.OwnerAsync();
        var streams = Enumerable.Range(0, 90).Select(_ => server.OpenStream(owner)).ToList();
        using var watching = new CancellationTokenSource();
        var most = MostAsync(server, watching.Token);

        await Task.WhenAll(streams.Select(stream => stream.CatchUpAsync()));

        await watching.CancelAsync();
        // And the one that commits, the pump's two.
        Assert.InRange(await most, 1, 4 + 2 + 1 + 2);
        streams.ForEach(stream => stream.Dispose());
    }

    [Fact]
    public async Task A_server_that_may_open_more_than_PostgreSQL_takes_says_so()
    {
        await using var database = await TestDatabase.CreateAsync(RunningServer.Cancellation);
        await using var server = await StandaloneServer.StartAsync(database.ConnectionString, new() { ["Connections:Common"] = "1000" });
        Assert.Equal(1, server.Log.Count("lower Connections:Common"));

        await using var modest = await StandaloneServer.StartAsync(database.ConnectionString);
        Assert.Equal(1, modest.Log.Count("Up to 44 connections to PostgreSQL: 24 common"));

        await Assert.ThrowsAsync<OptionsValidationException>(
            () => StandaloneServer.StartAsync(database.ConnectionString, new() { ["Connections:Common"] = "0" }));
    }

    private static async Task<long> MostAsync(RunningServer server, CancellationToken cancellationToken)
    {
        long most = 0;
        do
        {
            most = Math.Max(most, await server.ScalarAsync<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'khscrm'"));
        }
        while (!cancellationToken.IsCancellationRequested);

        return most;
    }
}
