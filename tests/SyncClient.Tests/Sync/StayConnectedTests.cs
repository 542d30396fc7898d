using Grpc.Core;
using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Sync;

public sealed class StayConnectedTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private ScriptedServer _server = null!;
    private KhsCrmClient _client = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _client = await _server.OpenClientAsync(_folder.Path);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Edits_go_out_as_they_are_made_and_changes_come_in()
    {
        var stream = await ConnectAsync();
        await using var changes = _client.ObserveChangesAsync(Ct).GetAsyncEnumerator(Ct);
        await _client.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, Ct);
        var batch = await stream.ReadBatchAsync();
        await stream.AnswerAsync(batch);
        await stream.WriteAsync(Rows.Checkpoint("c2", 1, Rows.Saved(Rows.Customer("Bea"))));

        RowChange? arrived = null;
        while (arrived is null && await changes.MoveNextAsync())
            arrived = changes.Current.Rows.FirstOrDefault(row => row.Source == ChangeSource.Server);

        Assert.Equal("Bea", (await _client.Customers.GetAsync(arrived!.Id, Ct)).Name);
    }

    [Fact]
    public async Task Edits_of_another_process_go_out_too()
    {
        var stream = await ConnectAsync();
        await using (var beside = await KhsCrmClient.OpenAsync(new() { DataFolder = _folder.Path }, Ct))
        {
            await beside.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, Ct);
            await Assert.ThrowsAsync<StoreInUseException>(() => beside.SyncAsync(Ct));
        }

        Assert.Equal("Ada", (await stream.ReadBatchAsync()).Operations.Single().Entity.Customer.Name);
    }

    [Fact]
    public async Task It_connects_again_after_each_kind_of_end_and_continues_from_its_cursor()
    {
        var stream = await ConnectAsync();
        stream.Abort();
        stream = await _server.AcceptAsync();
        Assert.Equal("c1", (await stream.WelcomeAsync()).Cursor.ToStringUtf8());
        stream.Fail(StatusCode.Unavailable, "UNAVAILABLE");
        stream = await _server.AcceptAsync();
        await stream.WelcomeAsync();
        await stream.WriteAsync(new SyncStreamResponse { Reconnect = new() });
        stream.End();
        stream = await _server.AcceptAsync();
        await stream.WelcomeAsync();
        stream.Fail(StatusCode.Internal, "INTERNAL");
        stream = await _server.AcceptAsync();
        await stream.WelcomeAsync();
        await stream.WriteAsync(new SyncStreamResponse { Heartbeat = new() { Cursor = Google.Protobuf.ByteString.CopyFromUtf8("h1") } });
        await stream.WriteAsync(Rows.Checkpoint("c9", 0));
        await UntilAsync(SyncState.Live);
        stream.End();
        Assert.Equal("c9", (await (await _server.AcceptAsync()).WelcomeAsync()).Cursor.ToStringUtf8());
    }

    [Fact]
    public async Task A_token_that_is_about_to_end_is_renewed_on_the_stream_each_time()
    {
        var stream = await ConnectAsync();
        foreach (var expected in new[] { "access-1", "access-2", "access-3" })
        {
            await stream.WriteAsync(new SyncStreamResponse { CredentialsExpiring = new() });

            SyncStreamRequest message;
            do
                message = await stream.ReadAsync();
            while (message.Credentials is null);

            Assert.Equal(expected, message.Credentials.AccessToken);
        }
    }

    [Fact]
    public async Task A_checkpoint_is_acknowledged_once_it_is_stored()
    {
        var stream = await ConnectAsync();

        Assert.Equal("c1", (await stream.ReadAsync()).CursorAck.Cursor.ToStringUtf8());
    }

    [Fact]
    public async Task The_progress_of_a_catch_up_can_be_shown()
    {
        await _client.StartAsync(Ct);
        var stream = await _server.AcceptAsync();
        await stream.WelcomeAsync();
        var delta = Rows.Delta("d1", Rows.Saved(Rows.Customer()));
        delta.Progress = new() { Sent = 1, EstimatedTotal = 40 };
        await stream.WriteAsync(delta);

        await foreach (var status in _client.ObserveStatusAsync(Ct))
        {
            if (status == new ClientStatus(SyncState.CatchingUp, 1, 40))
                break;
        }
    }

    [Fact]
    public async Task Stopping_gives_the_folder_back()
    {
        await ConnectAsync();
        await _client.StopAsync(Ct);
        Assert.Equal(SyncState.Offline, _client.Status.State);

        var syncing = _client.SyncAsync(Ct);
        var stream = await _server.AcceptAsync();
        await stream.WelcomeAsync();
        await stream.WriteAsync(Rows.Checkpoint("c2", 0));
        await stream.ReadToEndAsync();
        stream.End();
        await syncing;
    }

    [Fact]
    public async Task A_pause_disconnects_and_keeps_edits_until_it_ends()
    {
        var stream = await ConnectAsync();
        _client.Pause();
        await UntilAsync(SyncState.Paused);
        await stream.ReadUntilGoneAsync();
        stream.End();
        await _client.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, Ct);
        _client.NotifyNetworkChanged(); // No reason to connect.
        Assert.Equal(SyncState.Paused, _client.Status.State);

        _client.Resume();

        stream = await _server.AcceptAsync();
        await stream.WelcomeAsync();
        Assert.Equal("Ada", (await stream.ReadBatchAsync()).Operations.Single().Entity.Customer.Name);
    }

    [Fact]
    public async Task A_client_that_is_paused_before_it_starts_waits()
    {
        _client.Pause();
        await _client.StartAsync(Ct);
        await UntilAsync(SyncState.Paused);
        await _client.StopAsync(Ct);
        Assert.Equal(SyncState.Offline, _client.Status.State);
    }

    [Fact]
    public async Task A_network_change_replaces_a_connection_that_may_be_half_open()
    {
        var stream = await ConnectAsync();

        _client.NotifyNetworkChanged();

        var next = await _server.AcceptAsync();
        Assert.Equal("c1", (await next.WelcomeAsync()).Cursor.ToStringUtf8());
        Assert.NotEqual(stream.Connection, next.Connection);
        stream.End();
    }

    [Fact]
    public async Task A_network_change_ends_the_wait_to_connect_again()
    {
        using var folder = new TempFolder();
        await using var client = await _server.OpenClientAsync(folder.Path, options =>
            (options.FirstReconnectDelay, options.LongestReconnectDelay) = (TimeSpan.FromDays(1), TimeSpan.FromDays(1)));
        await client.StartAsync(Ct);
        var stream = await _server.AcceptAsync();
        await stream.WelcomeAsync();
        stream.Fail(StatusCode.Unavailable, "UNAVAILABLE");
        await foreach (var status in client.ObserveStatusAsync(Ct))
        {
            if (status is { State: SyncState.Offline, Failure: not null })
                break;
        }

        client.NotifyNetworkChanged();

        await (await _server.AcceptAsync()).WelcomeAsync();
    }

    [Fact]
    public async Task Servers_are_tried_in_turn()
    {
        using var folder = new TempFolder();
        await using var client = await _server.OpenClientAsync(folder.Path, options =>
            options.ServerAddress = $"http://127.0.0.1:1, {_server.Address}");

        await client.StartAsync(Ct);

        await (await _server.AcceptAsync()).WelcomeAsync();
    }

    private async Task<ServerStream> ConnectAsync()
    {
        await _client.StartAsync(Ct);
        var stream = await _server.AcceptAsync();
        await stream.WelcomeAsync();
        await stream.WriteAsync(Rows.Checkpoint("c1", 0));
        await UntilAsync(SyncState.Live);
        return stream;
    }

    private async Task UntilAsync(SyncState state)
    {
        await foreach (var status in _client.ObserveStatusAsync(Ct))
        {
            if (status.State == state)
                return;
        }
    }
}
