using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Live;
using KhsCrm.SyncServer.Live;
using KhsCrm.SyncServer.Loops;
using KhsCrm.TestKit;
using KhsCrm.V1;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Live;

/// <summary>How a stream goes live without a gap or a step back, and what a queue may hold.</summary>
public sealed class LiveFeedTests : IAsyncLifetime
{
    private static readonly DeltaScope Scope = new(Guid.Parse(Kit.RunningServer.OwnerId), Role.Owner, null, []);
    private TestDatabase? _database;
    private NpgsqlDataSource? _dataSource;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private LiveReader Reader => new(_dataSource!, Options.Create(new LiveWindowOptions()));

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(Cancellation);
        _dataSource = NpgsqlDataSource.Create(_database.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _dataSource!.DisposeAsync();
        await _database!.DisposeAsync();
    }

    [Fact]
    public async Task Windows_that_the_checkpoint_includes_are_dropped_and_later_ones_wait()
    {
        var feed = Feed();
        var start = await Reader.ReadPositionAsync(Cancellation);
        feed.Collect(start);
        var before = await WriteAsync(start, "before");
        feed.Offer(before);
        // The stream's own read ends between the two windows.
        var checkpoint = await Reader.ReadPositionAsync(Cancellation);
        var after = await WriteAsync(before.To, "after");
        feed.Offer(after);

        Assert.True(feed.TryGoLive(await ScopeAsync(), checkpoint, lastClientSeq: 3));

        Assert.Same(after.To, feed.Take(out var deliveries));
        var delivery = Assert.Single(deliveries!);
        Assert.Equal(3, delivery.LastClientSeq);
        Assert.Equal("after", Assert.Single(Parse(delivery)).Entity.Customer.Name);
    }

    [Fact]
    public async Task A_checkpoint_from_before_the_collecting_is_refused()
    {
        var feed = Feed();
        var checkpoint = await Reader.ReadPositionAsync(Cancellation);
        var window = await WriteAsync(checkpoint, "between");
        feed.Collect(window.To);

        Assert.False(feed.TryGoLive(await ScopeAsync(), checkpoint, 0));
    }

    [Fact]
    public async Task A_window_that_the_pump_was_late_with_does_not_take_the_stream_back()
    {
        var feed = Feed();
        var start = await Reader.ReadPositionAsync(Cancellation);
        feed.Collect(start);
        var late = await WriteAsync(start, "older");
        var checkpoint = (await WriteAsync(start, "newer")).To;
        Assert.True(feed.TryGoLive(await ScopeAsync(), checkpoint, 0));

        feed.Offer(late);

        Assert.Same(checkpoint, feed.Take(out var deliveries));
        Assert.Null(deliveries);
    }

    [Fact]
    public async Task A_push_that_is_noticed_after_its_rows_is_told_all_the_same()
    {
        var device = Guid.CreateVersion7();
        await RunAsync($"INSERT INTO devices (id, user_id, app_version, last_client_seq) VALUES ('{device}', '{Scope.UserId}', 't', 7)");
        var feed = Feed(device: device);
        var position = await Reader.ReadPositionAsync(Cancellation);
        feed.Collect(position);
        Assert.True(feed.TryGoLive(await ScopeAsync(), position, lastClientSeq: 6));

        feed.Offer(await Reader.ReadAsync(position, Scope.ToKinds(new DeltaOptions()), [device], Cancellation));

        Assert.NotNull(feed.Take(out var deliveries));
        Assert.Equal(7, Assert.Single(deliveries!).LastClientSeq);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_scope_that_changed_since_it_was_read_is_read_anew(bool isCollected)
    {
        var worker = new DeltaScope(Guid.NewGuid(), Role.Worker, null, []);
        await RunAsync($"INSERT INTO users (id, email, name, role, password_hash) VALUES ('{worker.UserId}', 'w@khscrm.com', 'W', 'WORKER', '!')");
        var feed = Feed();
        var start = await Reader.ReadPositionAsync(Cancellation);
        feed.Collect(start);
        var scope = await ScopeAsync(worker);
        await RunAsync(
            $"""
            INSERT INTO customers (id, name, address) VALUES (gen_random_uuid(), 'c', 'a');
            INSERT INTO jobs (title, customer_id, created_by_id) SELECT 'j', id, '{Scope.UserId}' FROM customers;
            INSERT INTO job_assignments (job_id, user_id) SELECT id, '{worker.UserId}' FROM jobs
            """);
        var assigned = await Reader.ReadAsync(start, worker.ToKinds(new DeltaOptions()), [], Cancellation);

        if (isCollected)
            feed.Offer(assigned);
        Assert.Equal(!isCollected, feed.TryGoLive(scope, assigned.To, 0));
        if (!isCollected)
            feed.Offer(assigned);

        Assert.Null(feed.Take(out _));
    }

    [Theory]
    [InlineData(2, 1_000_000)]
    [InlineData(1_000, 300)]
    public async Task A_queue_that_is_full_is_dropped_and_sends_the_stream_to_its_cursor(int length, int bytes)
    {
        var feed = Feed(length, bytes);
        var position = await Reader.ReadPositionAsync(Cancellation);
        feed.Collect(position);
        Assert.True(feed.TryGoLive(await ScopeAsync(), position, 0));
        for (var i = 0; i < 2; i++)
        {
            var window = await WriteAsync(position, "c");
            feed.Offer(window);
            position = window.To;
        }

        feed.Offer(await WriteAsync(position, "one too many"));

        Assert.Null(feed.Take(out var deliveries));
        Assert.Null(deliveries);
    }

    [Fact]
    public async Task A_feed_that_collects_too_much_is_sent_back_too()
    {
        var feed = Feed(length: 1);
        var position = await Reader.ReadPositionAsync(Cancellation);
        feed.Collect(position);
        var first = await WriteAsync(position, "c");
        feed.Offer(first);
        feed.Offer(await WriteAsync(first.To, "c"));

        Assert.False(feed.TryGoLive(await ScopeAsync(), position, 0));
    }

    [Fact]
    public async Task Its_lag_goes_by_the_clock_that_it_was_given()
    {
        var clock = new FakeTimeProvider();
        var feed = Feed(clock: clock);
        clock.Advance(TimeSpan.FromHours(1));
        var catchingUp = feed.Measure();
        var start = await Reader.ReadPositionAsync(Cancellation);
        feed.Collect(start);
        Assert.True(feed.TryGoLive(await ScopeAsync(), start, 0));
        var live = feed.Measure();
        feed.Offer(await WriteAsync(start, "waits"));
        clock.Advance(TimeSpan.FromHours(2));

        Assert.Equal((false, 0, TimeSpan.FromHours(1)), catchingUp);
        Assert.Equal((true, 0, TimeSpan.Zero), live);
        Assert.Equal((true, 1, TimeSpan.FromHours(2)), feed.Measure());
    }

    private static LiveFeed Feed(int length = 64, int bytes = 1_000_000, Guid? device = null, TimeProvider? clock = null) => new(
        new LiveOptions { QueueLength = length, QueueBytes = bytes }, device ?? Guid.NewGuid(), Scope.ToKinds(new DeltaOptions()), () => Guid.Empty, new Wake(), new Backlog(TimeProvider.System), clock ?? TimeProvider.System);

    private static IEnumerable<Change> Parse(LiveDelivery delivery) => Delta.Parser.ParseFrom(delivery.Changes.Bytes.Span).Changes;

    private Task<LiveScope> ScopeAsync() => ScopeAsync(Scope);

    private async Task<LiveScope> ScopeAsync(DeltaScope scope)
    {
        var reader = new DeltaReader(_dataSource!, Options.Create(new DeltaOptions()));
        using var delta = (await reader.ReadEncodedAsync(scope, default, Cancellation)).Delta!;
        return LiveScope.Of(delta)!;
    }

    private async Task<LiveWindow> WriteAsync(LivePosition from, string name)
    {
        await RunAsync($"INSERT INTO customers (name, address) VALUES ('{name}', 'a')");
        return await Reader.ReadAsync(from, Scope.ToKinds(new DeltaOptions()), [], Cancellation);
    }

    private async Task RunAsync(string sql)
    {
        await using var command = _dataSource!.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
