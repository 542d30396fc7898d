using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;
using static KhsCrm.SyncServer.Tests.Kit.StreamExtensions;

namespace KhsCrm.SyncServer.Tests.Sync;

/// <summary>What a stream does for a device that behaves.</summary>
public sealed class StreamTests
{
    [Fact]
    public async Task A_push_is_answered_and_reaches_both_devices_without_being_asked_for()
    {
        await using var server = await RunningServer.StartAsync();
        var owner = await server.OwnerAsync();
        using var watching = server.OpenStream(owner);
        using var pushing = server.OpenStream(owner);
        await watching.CatchUpAsync();
        await pushing.CatchUpAsync();

        await pushing.SendAsync(new() { PushBatch = new PushBatch { Operations = { NewCustomer(1, "Live") } } });

        var seen = Assert.Single(await watching.ReadToCheckpointAsync());
        Assert.Equal("Live", seen.Entity.Customer.Name);
        List<SyncStreamResponse> answers = [await pushing.NextAsync(), await pushing.NextAsync()];
        var result = Assert.Single(answers, answer => answer.PushResult is not null).PushResult;
        Assert.Equal((1, OperationOutcome.Applied), (result.LastClientSeq, Assert.Single(result.Results).Outcome));
        var delta = Assert.Single(answers, answer => answer.Delta is not null).Delta;
        Assert.Equal((true, 1), (delta.Checkpoint, delta.LastClientSeq));
    }

    [Fact]
    public async Task A_write_past_the_service_reaches_a_watching_device()
    {
        await using var server = await RunningServer.StartAsync();
        using var call = server.OpenStream(await server.OwnerAsync());
        await call.CatchUpAsync();

        await server.RunAsync("INSERT INTO customers (name, address) VALUES ('by psql', 'a')");

        Assert.Equal("by psql", Assert.Single(await call.ReadToCheckpointAsync()).Entity.Customer.Name);
    }

    [Fact]
    public async Task A_rejected_push_still_moves_the_sequence_that_checkpoints_report()
    {
        await using var server = await RunningServer.StartAsync();
        using var call = server.OpenStream(await server.OwnerAsync());
        await call.CatchUpAsync();

        await call.SendAsync(new() { PushBatch = new PushBatch { Operations = { NewCustomer(1, "") } } });

        List<SyncStreamResponse> answers = [await call.NextAsync(), await call.NextAsync()];
        Assert.Contains(answers, answer => answer.PushResult?.Results[0].Outcome == OperationOutcome.Rejected);
        Assert.Contains(answers, answer => answer.Delta is { Checkpoint: true, LastClientSeq: 1, Changes.Count: 0 });
    }

    [Fact]
    public async Task A_device_comes_back_with_its_cursor_and_gets_only_what_is_new()
    {
        await using var server = await RunningServer.StartAsync();
        var owner = await server.OwnerAsync();
        var hello = NewHello();
        using (var first = server.OpenStream(owner))
        {
            await first.SendAsync(new() { Hello = hello });
            Delta delta;
            await first.NextAsync();
            do
                delta = (await first.NextAsync()).Delta;
            while (!delta.Checkpoint);
            hello.Cursor = delta.Cursor;
            await first.RequestStream.CompleteAsync();
            Assert.False(await first.ResponseStream.MoveNext(RunningServer.Cancellation));
            Assert.Equal(StatusCode.OK, first.GetStatus().StatusCode);
        }

        await server.RunAsync("INSERT INTO customers (name, address) VALUES ('new', 'a')");
        using var second = server.OpenStream(owner);
        Assert.Equal("new", Assert.Single(await second.CatchUpAsync(hello)).Entity.Customer.Name);
    }

    [Fact]
    public async Task A_cursor_of_no_use_is_told_and_everything_follows()
    {
        await using var server = await RunningServer.StartAsync();
        using var call = server.OpenStream(await server.OwnerAsync());
        var hello = NewHello();
        hello.Cursor = Google.Protobuf.ByteString.CopyFromUtf8("old");
        await call.SendAsync(new() { Hello = hello });
        await call.NextAsync();

        Assert.Equal(ResyncReason.CursorInvalid, (await call.NextAsync()).ResyncRequired.Reason);
        Assert.NotEmpty(await call.ReadToCheckpointAsync());
    }

    [Fact]
    public async Task A_role_that_changes_under_a_stream_begins_it_anew()
    {
        await using var server = await RunningServer.StartAsync();
        await server.RunAsync("INSERT INTO users (email, name, role, password_hash) SELECT 'two@khscrm.com', 'Two', 'OWNER', password_hash FROM users WHERE email = 'owner@khscrm.com'; INSERT INTO customers (name, address) VALUES ('secret', 'a')");
        var login = await server.LoginAsync("two@khscrm.com");
        using var call = server.OpenStream(RunningServer.Bearer(login.Tokens.AccessToken));
        Assert.Contains(await call.CatchUpAsync(), change => change.Entity?.Customer is not null);

        await server.RunAsync("UPDATE users SET role = 'WORKER' WHERE email = 'two@khscrm.com'");

        Assert.Equal(ResyncReason.RoleChanged, (await call.NextAsync()).ResyncRequired.Reason);
        Assert.DoesNotContain(await call.ReadToCheckpointAsync(), change => change.Entity?.Customer is not null);
    }

    [Fact]
    public async Task A_server_that_stops_sends_its_devices_away_with_a_status_of_ok()
    {
        await using var server = await RunningServer.StartAsync();
        using var call = server.OpenStream(await server.OwnerAsync());
        await call.CatchUpAsync();

        var stop = server.StopAsync();

        Assert.NotNull((await call.NextAsync()).Reconnect);
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(RunningServer.Cancellation));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        await stop;
    }

    [Fact]
    public async Task A_device_that_does_not_leave_a_stopping_server_does_not_hold_it_up_for_ever()
    {
        await using var server = await RunningServer.StartAsync(new() { ["Sync:CloseTimeout"] = "00:00:01" });
        using var call = server.OpenStream(await server.OwnerAsync());
        await call.CatchUpAsync();

        var stop = server.StopAsync();

        Assert.NotNull((await call.NextAsync()).Reconnect);
        await stop;
    }

    [Fact]
    public async Task Push_and_Pull_serve_callers_without_a_stream()
    {
        await using var server = await RunningServer.StartAsync();
        var owner = await server.OwnerAsync();
        var client = new SyncService.SyncServiceClient(server.Channel);
        var request = new PushRequest { DeviceId = $"{Guid.NewGuid()}", Operations = { NewCustomer(1, "unary") } };
        var first = await client.PushAsync(request, owner, cancellationToken: RunningServer.Cancellation);
        var again = await client.PushAsync(request, owner, cancellationToken: RunningServer.Cancellation);
        Assert.Equal(OperationOutcome.Applied, first.Result.Results[0].Outcome);
        Assert.Equal(OperationOutcome.Duplicate, again.Result.Results[0].Outcome);

        using var pull = client.Pull(new PullRequest(), owner, cancellationToken: RunningServer.Cancellation);
        Delta? last = null;
        await foreach (var response in pull.ResponseStream.ReadAllAsync(RunningServer.Cancellation))
            last = response.Delta;
        Assert.True(last!.Checkpoint);
        Assert.Contains(last.Changes, change => change.Entity.Customer?.Name == "unary");
    }
}
