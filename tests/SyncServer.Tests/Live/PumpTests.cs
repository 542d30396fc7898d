using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Xunit;
using static KhsCrm.SyncServer.Tests.Kit.StreamExtensions;

namespace KhsCrm.SyncServer.Tests.Live;

/// <summary>What is committed reaches live devices, whoever commits it, where and when.</summary>
public sealed class PumpTests
{
    [Fact]
    public async Task A_push_on_one_server_reaches_a_device_on_another_without_a_poll()
    {
        await using var one = await RunningServer.StartAsync();
        // Its clock stands still, so that it never polls: only a notice can tell it.
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var two = await one.StartAnotherAsync(services: services => services.AddSingleton<TimeProvider>(clock));
        using var watching = two.OpenStream(await two.OwnerAsync());
        await watching.CatchUpAsync();

        using var pushing = one.OpenStream(await one.OwnerAsync());
        await pushing.CatchUpAsync();
        await pushing.SendAsync(new() { PushBatch = new PushBatch { Operations = { NewCustomer(1, "from afar") } } });

        await watching.ReadUntilAsync(change => change.Entity?.Customer?.Name == "from afar");
    }

    [Fact]
    public async Task A_checkpoint_knows_of_a_push_that_its_device_made_at_another_server()
    {
        await using var one = await RunningServer.StartAsync();
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var two = await one.StartAnotherAsync(services: services => services.AddSingleton<TimeProvider>(clock));
        var hello = NewHello();
        using var watching = two.OpenStream(await two.OwnerAsync());
        await watching.CatchUpAsync(hello);

        var push = new PushRequest { DeviceId = hello.DeviceId, Operations = { NewCustomer(1, "") } };
        await new SyncService.SyncServiceClient(one.Channel).PushAsync(
            push, await one.OwnerAsync(), cancellationToken: RunningServer.Cancellation);

        // The operation was rejected, so that nothing but the number says that it is settled.
        Delta delta;
        do
            delta = (await watching.NextAsync()).Delta;
        while (delta is not { Checkpoint: true, LastClientSeq: 1 });
    }

    [Fact]
    public async Task A_transaction_that_commits_late_is_in_a_later_window()
    {
        await using var server = await RunningServer.StartAsync();
        using var call = server.OpenStream(await server.OwnerAsync());
        await call.CatchUpAsync();
        await using var late = await server.DataSource.OpenConnectionAsync(RunningServer.Cancellation);
        await using var transaction = await late.BeginTransactionAsync(RunningServer.Cancellation);
        await RunAsync(late, "INSERT INTO customers (name, address) VALUES ('late', 'a')");
        List<Change> seen = [];
        for (var i = 0; i < 5; i++)
        {
            var name = $"meanwhile {i}";
            await server.RunAsync($"INSERT INTO customers (name, address) VALUES ('{name}', 'a')");
            await call.ReadUntilAsync(change =>
            {
                seen.Add(change);
                return change.Entity?.Customer?.Name == name;
            });
        }

        await transaction.CommitAsync(RunningServer.Cancellation);

        await call.ReadUntilAsync(change => change.Entity?.Customer?.Name == "late");
        Assert.DoesNotContain(seen, change => change.Entity?.Customer?.Name == "late");
    }

    [Fact]
    public async Task A_pump_whose_connections_are_killed_loses_nothing()
    {
        await using var server = await RunningServer.StartAsync();
        using var call = server.OpenStream(await server.OwnerAsync());
        await call.CatchUpAsync();
        for (var i = 0; i < 5; i++)
        {
            var name = $"after {i}";
            await server.RunAsync(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
            await server.RunAsync($"INSERT INTO customers (name, address) VALUES ('{name}', 'a')");
            await call.ReadUntilAsync(change => change.Entity?.Customer?.Name == name);
        }
    }

    [Fact]
    public async Task A_load_that_is_too_large_for_a_window_reaches_every_stream_by_its_own_cursor()
    {
        await using var server = await RunningServer.StartAsync(new() { ["Live:WindowRows"] = "20", ["Deltas:PageSize"] = "30" });
        var owner = await server.OwnerAsync();
        using var one = server.OpenStream(owner);
        using var two = server.OpenStream(owner);
        await one.CatchUpAsync();
        await two.CatchUpAsync();

        await server.RunAsync("INSERT INTO customers (name, address) SELECT 'bulk ' || n, 'a' FROM generate_series(1, 100) n");
        foreach (var call in new[] { one, two })
        {
            HashSet<string> names = [];
            while (names.Count < 100)
                names.UnionWith((await call.ReadToCheckpointAsync()).Select(change => change.Entity.Customer.Name));
        }

        // And both are live again.
        await server.RunAsync("INSERT INTO customers (name, address) VALUES ('after', 'a')");
        await one.ReadUntilAsync(change => change.Entity?.Customer?.Name == "after");
        await two.ReadUntilAsync(change => change.Entity?.Customer?.Name == "after");
    }

    [Fact]
    public async Task A_server_that_stops_spreads_its_devices_in_time()
    {
        await using var server = await RunningServer.StartAsync(new() { ["Sync:ReconnectSpread"] = "00:00:10" });
        var owner = await server.OwnerAsync();
        var calls = new List<AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse>>();
        for (var i = 0; i < 8; i++)
        {
            calls.Add(server.OpenStream(owner));
            await calls[i].CatchUpAsync();
        }

        var stop = server.StopAsync();
        HashSet<TimeSpan> waits = [];
        foreach (var call in calls)
        {
            SyncStreamResponse message;
            do
                message = await call.NextAsync();
            while (message.Reconnect is null);
            waits.Add(message.Reconnect.After.ToTimeSpan());
            await call.RequestStream.CompleteAsync();
            await call.ReadToEndAsync();
            call.Dispose();
        }

        await stop;
        Assert.Equal(8, waits.Count);
        Assert.All(waits, wait => Assert.InRange(wait, TimeSpan.Zero, TimeSpan.FromSeconds(10)));
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(RunningServer.Cancellation);
    }
}
