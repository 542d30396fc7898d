using Grpc.Core;
using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Sync;

public sealed class SyncOnceTests : IAsyncLifetime
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
    public async Task It_pushes_all_and_ends_at_the_checkpoint_that_includes_it()
    {
        var added = await AddAsync("Ada");
        var syncing = _client.SyncAsync(Ct);
        var stream = await _server.AcceptAsync();
        var hello = await stream.WelcomeAsync();
        var batch = await stream.ReadBatchAsync();
        await stream.WriteAsync(Rows.Checkpoint("c1", 0, Rows.Saved(Rows.Customer("Bea"))));
        await stream.AnswerAsync(batch);
        await stream.WriteAsync(Rows.Checkpoint("c2", 1, Rows.Saved(new Customer(added) { UpdatedAt = Rows.At(5) })));
        await stream.ReadToEndAsync();
        stream.End();

        var summary = await syncing;

        Assert.Equal((1, 0, 2L), (summary.Applied, summary.Rejected, summary.Received));
        Assert.Equal((1L, 1, 0), (hello.NextClientSeq, hello.ProtocolVersion, hello.Cursor.Length));
        Assert.Equal(0, (await _client.Outbox.CountAsync(Ct)).Unconfirmed);
        Assert.Equal(["Ada", "Bea"], (await _client.Customers.ListAsync(cancellationToken: Ct)).Items.Select(row => row.Name));
    }

    [Fact]
    public async Task Batches_wait_for_results_when_as_many_are_in_flight_as_the_server_allows()
    {
        for (var index = 0; index < 3; index++)
            await AddAsync($"Customer {index}");
        var syncing = _client.SyncAsync(Ct);
        var stream = await _server.AcceptAsync();
        await stream.WelcomeAsync(maxOperations: 1, maxInFlight: 2);
        var first = await stream.ReadBatchAsync();
        var second = await stream.ReadBatchAsync();
        var third = stream.ReadBatchAsync();
        // A checkpoint is acknowledged: what else the device had to say before it would have come first.
        await stream.WriteAsync(Rows.Checkpoint("c1", 0));
        Assert.False(third.IsCompleted);

        await stream.AnswerAsync(first);
        await stream.AnswerAsync(second);
        await stream.AnswerAsync(await third);
        await stream.WriteAsync(Rows.Checkpoint("c2", 3));
        await stream.ReadToEndAsync();
        stream.End();

        Assert.Equal(3, (await syncing).Applied);
        Assert.Equal([1L, 2L, 3L], new[] { first, second, await third }.Select(batch => batch.Operations.Single().ClientSeq));
    }

    [Fact]
    public async Task After_a_broken_connection_the_same_operations_go_again()
    {
        await AddAsync("Ada");
        var syncing = _client.SyncAsync(Ct);
        var broken = await _server.AcceptAsync();
        await broken.WelcomeAsync();
        var sent = await broken.ReadBatchAsync();
        broken.Abort();
        await Assert.ThrowsAsync<ServerUnreachableException>(() => syncing);

        var again = _client.SyncAsync(Ct);
        var stream = await _server.AcceptAsync();
        var hello = await stream.WelcomeAsync(lastClientSeq: 1);
        var resent = await stream.ReadBatchAsync();
        await stream.WriteAsync(Rows.Checkpoint("c1", 1, Rows.Saved(resent.Operations[0].Entity.Customer)));
        var duplicate = Rows.Result(resent.Operations[0], OperationOutcome.Duplicate);
        duplicate.FirstOutcome = OperationOutcome.Applied;
        await stream.AnswerAsync(duplicate);
        await stream.ReadToEndAsync();
        stream.End();

        Assert.Equal(1, (await again).Applied);
        Assert.Equal((1L, sent), (hello.NextClientSeq, resent));
        Assert.Single((await _client.Customers.ListAsync(cancellationToken: Ct)).Items);
    }

    [Fact]
    public async Task An_access_token_that_ended_is_renewed_once()
    {
        var syncing = _client.SyncAsync(Ct);
        var refused = await _server.AcceptAsync();
        refused.Fail(StatusCode.Unauthenticated, "ACCESS_TOKEN_INVALID");
        var stream = await _server.AcceptAsync();
        await FinishAsync(stream);
        await syncing;

        Assert.Equal(("Bearer access-0", "Bearer access-1"), (refused.Authorization, stream.Authorization));
    }

    [Fact]
    public async Task A_session_that_ended_says_so_and_what_is_here_stays_readable()
    {
        await AddAsync("Ada");
        _server.AllowsRefresh = false;
        var syncing = _client.SyncAsync(Ct);
        (await _server.AcceptAsync()).Fail(StatusCode.Unauthenticated, "ACCESS_TOKEN_INVALID");

        await Assert.ThrowsAsync<NotSignedInException>(() => syncing);

        Assert.Equal(SyncState.SignedOut, _client.Status.State);
        Assert.True((await _client.GetDeviceAsync(Ct)).MustSignInAgain);
        await AddAsync("Bea");
        Assert.Equal(2, (await _client.Customers.ListAsync(cancellationToken: Ct)).Items.Count);
    }

    [Fact]
    public async Task A_forked_device_becomes_a_new_one_and_sends_the_same_operations()
    {
        await AddAsync("Ada");
        var syncing = _client.SyncAsync(Ct);
        var forked = await _server.AcceptAsync();
        var first = await forked.WelcomeAsync();
        var sent = await forked.ReadBatchAsync();
        forked.Fail(StatusCode.FailedPrecondition, "DEVICE_FORKED");
        var stream = await _server.AcceptAsync();
        var second = await stream.WelcomeAsync();
        var resent = await stream.ReadBatchAsync();
        await stream.AnswerAsync(resent);
        await stream.WriteAsync(Rows.Checkpoint("c1", 1));
        await stream.ReadToEndAsync();
        stream.End();
        await syncing;

        Assert.NotEqual(first.DeviceId, second.DeviceId);
        Assert.Equal(sent, resent);
    }

    [Fact]
    public async Task A_gap_is_closed_from_where_the_server_says()
    {
        await AddAsync("Ada");
        await AddAsync("Bea");
        var syncing = _client.SyncAsync(Ct);
        var gap = await _server.AcceptAsync();
        await gap.WelcomeAsync();
        await gap.AnswerAsync(await gap.ReadBatchAsync());
        gap.Fail(StatusCode.Aborted, "SEQUENCE_GAP", ("last_client_seq", "1"));
        var stream = await _server.AcceptAsync();
        await stream.WelcomeAsync(lastClientSeq: 1);
        var batch = await stream.ReadBatchAsync();
        await stream.AnswerAsync(batch);
        await stream.WriteAsync(Rows.Checkpoint("c1", 2));
        await stream.ReadToEndAsync();
        stream.End();
        await syncing;

        Assert.Equal((2L, "Bea"), (batch.Operations.Single().ClientSeq, batch.Operations.Single().Entity.Customer.Name));
    }

    [Fact]
    public async Task A_refusal_is_told_with_its_reason_and_not_tried_again()
    {
        var syncing = _client.SyncAsync(Ct);
        (await _server.AcceptAsync()).Fail(StatusCode.FailedPrecondition, "PROTOCOL_VERSION_UNSUPPORTED");

        var refused = await Assert.ThrowsAsync<KhsCrmException>(() => syncing);

        Assert.Equal(ErrorReason.ProtocolVersionUnsupported, refused.Reason);
        Assert.Equal(SyncState.UpdateRequired, _client.Status.State);
    }

    [Fact]
    public async Task A_resync_keeps_the_outbox_and_swaps_the_rows_at_the_checkpoint()
    {
        var first = _client.SyncAsync(Ct);
        await FinishAsync(await _server.AcceptAsync(), Rows.Saved(Rows.Customer("Old")));
        await first;
        await AddAsync("Ada");
        var syncing = _client.SyncAsync(Ct);
        var stream = await _server.AcceptAsync();
        Assert.Equal("c1", (await stream.ReadAsync()).Hello.Cursor.ToStringUtf8());
        await stream.WriteAsync(new SyncStreamResponse { ResyncRequired = new() { Reason = ResyncReason.DatabaseRestored } });
        await stream.WriteAsync(new SyncStreamResponse
        {
            Welcome = new() { UserId = ScriptedServer.UserId, MaxOperationsPerBatch = 10, MaxMessageBytes = 100_000, MaxBatchesInFlight = 1 },
        });
        var batch = await stream.ReadBatchAsync();
        await stream.AnswerAsync(batch);
        await stream.WriteAsync(Rows.Checkpoint("n1", 1, Rows.Saved(Rows.Customer("New")), Rows.Saved(batch.Operations[0].Entity.Customer)));
        await stream.ReadToEndAsync();
        stream.End();
        await syncing;

        Assert.Equal(["Ada", "New"], (await _client.Customers.ListAsync(cancellationToken: Ct)).Items.Select(row => row.Name));
    }

    [Fact]
    public async Task Another_user_gets_an_empty_store_and_not_before_the_first_ones_edits_are_sent()
    {
        await AddAsync("Ada");
        _server.User = new() { Id = Rows.NewId(), Name = "Wim", Role = Role.Owner };
        var refused = await Assert.ThrowsAsync<UnsentEditsException>(() => _client.SignInAsync("wim@khscrm.com", "secret", Ct));
        Assert.Equal((1, ScriptedServer.UserId), (refused.Count, refused.OwnerId));
        Assert.Equal("Olga", (await _client.GetDeviceAsync(Ct)).User!.Name);

        var entry = Assert.Single(await _client.Outbox.ListAsync(cancellationToken: Ct));
        await _client.Outbox.DiscardAsync(entry.Id, Ct);
        var before = await _client.GetDeviceAsync(Ct);
        await _client.SignInAsync("wim@khscrm.com", "secret", Ct);

        Assert.Empty((await _client.Customers.ListAsync(cancellationToken: Ct)).Items);
        Assert.NotEqual(before.DeviceId, (await _client.GetDeviceAsync(Ct)).DeviceId);
    }

    private Task<Customer> AddAsync(string name) => _client.Customers.AddAsync(new() { Name = name, Address = "Here" }, Ct);

    private static async Task FinishAsync(ServerStream stream, params Change[] changes)
    {
        await stream.WelcomeAsync();
        await stream.WriteAsync(Rows.Checkpoint("c1", 0, changes));
        await stream.ReadToEndAsync();
        stream.End();
    }
}
