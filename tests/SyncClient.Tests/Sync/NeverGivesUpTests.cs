using Grpc.Core;
using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Sync;

/// <summary>Only what a person must decide stops the sync; all else is tried again.</summary>
public sealed class NeverGivesUpTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new();
    private ScriptedServer _server = null!;
    private KhsCrmClient _client = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _client = await _server.OpenClientAsync(_folder.Path, options => options.LongestReconnectDelay = TimeSpan.FromMilliseconds(2));
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(StatusCode.InvalidArgument)]
    [InlineData(StatusCode.NotFound)]
    [InlineData(StatusCode.AlreadyExists)]
    [InlineData(StatusCode.ResourceExhausted)]
    [InlineData(StatusCode.FailedPrecondition)]
    [InlineData(StatusCode.Aborted)]
    [InlineData(StatusCode.OutOfRange)]
    [InlineData(StatusCode.Unimplemented)]
    [InlineData(StatusCode.DataLoss)]
    [InlineData(StatusCode.Unknown)]
    public async Task A_bare_status_is_tried_again(StatusCode code)
    {
        await _client.StartAsync(Ct);
        for (var turn = 0; turn < 3; turn++)
            (await _server.AcceptAsync()).FailBare(code);

        await (await _server.AcceptAsync()).WelcomeAsync();
    }

    [Fact]
    public async Task A_message_above_the_limit_is_tried_again()
    {
        await using var client = await OpenSecondAsync(options => options.MaxReceiveMessageBytes = 1_000);
        await client.StartAsync(Ct);
        var stream = await _server.AcceptAsync();
        await stream.WelcomeAsync();
        await stream.TryWriteAsync(Rows.Delta("d", [.. Enumerable.Range(0, 50).Select(_ => Rows.Saved(Rows.Customer()))]));

        stream = await _server.AcceptAsync();

        await stream.WelcomeAsync();
        await stream.WriteAsync(Rows.Checkpoint("c", 0));
        await client.UntilAsync(status => status.State == SyncState.Live);
    }

    [Fact]
    public async Task A_row_that_cannot_be_stored_is_set_aside_and_counted()
    {
        await _client.StartAsync(Ct);
        var stream = await _server.AcceptAsync();
        await stream.WelcomeAsync();

        await stream.WriteAsync(Rows.Checkpoint(
            "c1", 0, Rows.Saved(Rows.Customer("Ada", "no-id")), Rows.Saved(Rows.Job(Rows.NewId(), "no-job")), Rows.Saved(Rows.Customer("Bea"))));

        await _client.UntilAsync(status => status is { State: SyncState.Live, SetAside: 2 });
        Assert.Equal("Bea", (await _client.Customers.ListAsync(cancellationToken: Ct)).Items.Single().Name);
        await stream.WriteAsync(Rows.Checkpoint("c2", 0, Rows.Deleted(EntityType.Customer, "no-id")));
        await _client.UntilAsync(status => status is { State: SyncState.Live, SetAside: 1 });
    }

    [Fact]
    public async Task A_row_that_was_set_aside_is_repaired_by_what_a_verification_brings()
    {
        using var device = await TestDevice.OpenAsync();
        var row = new Entity { Customer = Rows.Customer("Ada") };
        var answer = new EntityDigest { EntityType = EntityType.Customer, Count = 2 };
        answer.CompleteBuckets.Add(new DigestBucket { Rows = { row, new Entity { Customer = Rows.Customer("Bea", "no-id") } } });

        var left = await device.Store.WriteAsync(
            transaction =>
            {
                SetAsideTable.Add(transaction.Connection, EntityType.Customer, row.Customer.Id);
                Assert.Equal(1, Verify.BucketRepair.Run(transaction, RowTables.Customer, answer));
                return SetAsideTable.Count(transaction.Connection);
            },
            Ct);

        Assert.Equal(0, left);
        Assert.Equal("Ada", (await device.Customers.GetAsync(row.Customer.Id, Ct)).Name);
    }

    [Fact]
    public async Task A_server_that_says_welcome_and_then_nothing_is_left()
    {
        await using var client = await OpenSecondAsync(options => options.ProgressTimeout = TimeSpan.FromMilliseconds(100));
        var syncing = client.SyncAsync(Ct);
        var stream = await _server.AcceptAsync();
        await stream.WelcomeAsync();

        await Assert.ThrowsAsync<ServerUnreachableException>(() => syncing.WaitAsync(ScriptedServer.Hung, Ct));
    }

    [Fact]
    public async Task Signs_of_life_are_no_progress()
    {
        await using var client = await OpenSecondAsync(options => options.ProgressTimeout = TimeSpan.FromMilliseconds(200));
        var syncing = client.SyncAsync(Ct);
        var stream = await _server.AcceptAsync();
        await stream.WelcomeAsync();
        while (!syncing.IsCompleted)
        {
            try
            {
                await stream.WriteAsync(new SyncStreamResponse { Heartbeat = new() });
                await Task.Yield();
            }
            catch (Exception exception) when (exception is OperationCanceledException or InvalidOperationException or IOException)
            {
                break;
            }
        }

        await Assert.ThrowsAsync<ServerUnreachableException>(() => syncing.WaitAsync(ScriptedServer.Hung, Ct));
    }

    [Fact]
    public async Task A_push_that_is_never_answered_ends_the_stream_and_goes_out_again()
    {
        await using var client = await OpenSecondAsync(options => options.ProgressTimeout = TimeSpan.FromMilliseconds(200));
        await client.StartAsync(Ct);
        var stream = await _server.AcceptAsync();
        await stream.WelcomeAsync();
        await stream.WriteAsync(Rows.Checkpoint("c1", 0));
        await client.UntilAsync(status => status.State == SyncState.Live);
        await client.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, Ct);
        // The batch may not be read before the device has given the stream up.
        await stream.ReadUntilGoneAsync();

        stream = await _server.AcceptAsync();

        await stream.WelcomeAsync();
        Assert.Equal("Ada", (await stream.ReadBatchAsync()).Operations.Single().Entity.Customer.Name);
    }

    [Fact]
    public async Task A_handler_that_throws_ends_nothing()
    {
        var states = new List<SyncState>();
        _client.StatusChanged += (_, _) => throw new InvalidOperationException("a handler of an app");
        _client.StatusChanged += (_, status) => states.Add(status.State);
        await _client.StartAsync(Ct);
        var stream = await _server.AcceptAsync();
        await stream.WelcomeAsync();
        await stream.WriteAsync(Rows.Checkpoint("c1", 0));
        await _client.UntilAsync(status => status.State == SyncState.Live);

        await _client.StopAsync(Ct);

        Assert.Contains(SyncState.Live, states);
        await _client.StartAsync(Ct); // The folder was given back.
        await (await _server.AcceptAsync()).WelcomeAsync();
    }

    [Fact]
    public async Task Hints_that_come_all_the_time_do_not_starve_a_push()
    {
        await _client.StartAsync(Ct);
        var first = await _server.AcceptAsync();
        await first.WelcomeAsync();
        _client.NotifyNetworkChanged();
        var stream = await _server.AcceptAsync();
        await stream.WelcomeAsync();
        await _client.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, Ct);
        for (var hint = 0; hint < 100; hint++)
            _client.NotifyNetworkChanged();

        var batch = await stream.ReadBatchAsync();

        Assert.Equal("Ada", batch.Operations.Single().Entity.Customer.Name);
        Assert.False(stream.IsGone);
        first.End();
    }

    [Fact]
    public async Task Resume_ends_the_wait_to_try_again()
    {
        await using var client = await OpenSecondAsync(options =>
            (options.FirstReconnectDelay, options.LongestReconnectDelay) = (TimeSpan.FromDays(1), TimeSpan.FromDays(1)));
        await client.StartAsync(Ct);
        (await _server.AcceptAsync()).FailBare(StatusCode.Unimplemented);
        await client.UntilAsync(status => status.Failure is not null);

        client.Resume();

        await (await _server.AcceptAsync()).WelcomeAsync();
    }

    [Fact]
    public async Task A_protocol_that_is_not_spoken_any_more_needs_an_update_of_the_app()
    {
        await using var client = await OpenSecondAsync(options =>
            (options.FirstReconnectDelay, options.LongestReconnectDelay) = (TimeSpan.FromDays(1), TimeSpan.FromDays(1)));
        await client.StartAsync(Ct);
        (await _server.AcceptAsync()).Fail(StatusCode.FailedPrecondition, "PROTOCOL_VERSION_UNSUPPORTED");

        await client.UntilAsync(status => status.State == SyncState.UpdateRequired);
    }

    private async Task<KhsCrmClient> OpenSecondAsync(Action<KhsCrmClientOptions> configure)
    {
        await _client.DisposeAsync();
        return await _server.OpenClientAsync(_folder.Path, options =>
        {
            options.LongestReconnectDelay = TimeSpan.FromMilliseconds(2);
            configure(options);
        });
    }
}
