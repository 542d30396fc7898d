using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;
using static KhsCrm.SyncServer.Tests.Kinds.TwoServers;

namespace KhsCrm.SyncServer.Tests.Kinds;

/// <summary>The client library between two servers of different versions, as while a fleet of servers is replaced.</summary>
public sealed class TwoServerTests
{
    [Fact]
    public async Task An_unchanged_device_is_sent_nothing_through_ten_turns_but_what_others_write()
    {
        await using var servers = await StartAsync();
        await servers.SignInAsync();
        Assert.NotEqual(0, await servers.SyncAsync(servers.Older, OldApp));

        for (var turn = 0; turn < 10; turn++)
        {
            var server = turn % 2 == 0 ? servers.Newer : servers.Older;
            Assert.Equal(0, await servers.SyncAsync(server, OldApp));
            await servers.MoveAsync();
            Assert.Equal(1, await servers.SyncAsync(server, OldApp));
        }
    }

    [Fact]
    public async Task A_device_that_learns_the_kind_gets_its_rows_and_nothing_else_and_loses_those_that_are_deleted()
    {
        await using var servers = await StartAsync();
        await servers.SignInAsync();
        await servers.MoveAsync();
        await servers.SyncAsync(servers.Newer, OldApp);
        Assert.Equal(0, await servers.SyncAsync(servers.Older, NewApp));

        var rows = await servers.Newer.ScalarAsync<long>("SELECT count(*) FROM job_status_history");
        Assert.Equal(rows, await servers.SyncAsync(servers.Newer, NewApp));
        Assert.Equal(rows, await servers.HeldAsync());

        await servers.Newer.RunAsync("DELETE FROM job_status_history WHERE id = (SELECT id FROM job_status_history ORDER BY id LIMIT 1)");
        Assert.Equal(0, await servers.SyncAsync(servers.Older, NewApp));
        Assert.Equal(1, await servers.SyncAsync(servers.Newer, NewApp));
        Assert.Equal(rows - 1, await servers.HeldAsync());
    }

    [Fact]
    public async Task Verify_compares_the_kinds_that_the_server_knows_and_finds_nothing_to_repair()
    {
        await using var servers = await StartAsync();
        await servers.SignInAsync();
        await servers.MoveAsync();
        await servers.SyncAsync(servers.Newer, NewApp);
        foreach (var (server, kinds) in new[] { (servers.Older, OldApp), (servers.Newer, NewApp) })
        {
            await servers.MoveAsync();
            await using var client = await servers.OpenAsync(server, NewApp);

            var report = await client.VerifyAsync(RunningServer.Cancellation);

            Assert.True(report.IsEqual);
            Assert.Equal(kinds, report.Entities.Select(entity => entity.EntityType));
            Assert.Equal(0, report.Entities.Sum(entity => entity.Differing));
        }
    }

    [Fact]
    public async Task What_comes_live_is_of_the_kinds_that_the_server_knows_and_the_others_come_later()
    {
        await using var servers = await StartAsync();
        await servers.SignInAsync();
        await servers.MoveAsync();
        await servers.SyncAsync(servers.Newer, NewApp);
        var held = await servers.HeldAsync();
        Assert.NotEqual(0, held);
        foreach (var (server, missed) in new[] { (servers.Older, 1), (servers.Newer, 0), (servers.Older, 1) })
        {
            await FollowAMoveAsync(server);
            // The row of the kind alone, and not the kind anew.
            Assert.Equal(missed, await servers.SyncAsync(servers.Newer, NewApp));
        }

        Assert.Equal(held + 3, await servers.HeldAsync());

        async Task FollowAMoveAsync(RunningServer server)
        {
            await using var client = await servers.OpenAsync(server, NewApp);
            await client.StartAsync(RunningServer.Cancellation);
            await foreach (var status in client.ObserveStatusAsync(RunningServer.Cancellation))
            {
                if (status.State == SyncClient.SyncState.Live)
                    break;
            }

            await servers.MoveAsync();
            var moved = await servers.Newer.ScalarAsync<string>($"SELECT status FROM jobs WHERE id = '{servers.Job}'");
            await foreach (var jobs in client.Jobs.ObserveAsync(cancellationToken: RunningServer.Cancellation))
            {
                if ($"{jobs.Items.Single().Status}".Equals(moved.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase))
                    break;
            }
        }
    }

    [Fact]
    public async Task A_server_says_which_kinds_and_features_it_has()
    {
        await using var servers = await StartAsync();
        foreach (var (server, kinds) in new[] { (servers.Older, OldKinds), (servers.Newer, Storage.Deltas.KindSet.Known) })
        {
            using var call = server.OpenStream(await server.OwnerAsync());
            await call.SendAsync(new() { Hello = StreamExtensions.NewHello() });

            var welcome = (await call.NextAsync()).Welcome;

            Assert.Equal(kinds.ToTypes(), welcome.EntityTypes);
            Assert.Equal([Feature.KindsAnew], welcome.Features);
        }
    }
}
