using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Operations;

/// <summary>What an operator sees of the database and of the sync.</summary>
public sealed class OperationsServiceTests
{
    [Fact]
    public async Task The_database_is_measured_and_what_is_not_is_named()
    {
        await using var office = await Office.OpenAsync();
        await office.Server.RunAsync("ANALYZE");

        var health = await HealthAsync(office, new() { MaxItems = 1_000, MeasureBloat = true });

        Assert.Equal(await office.Server.ScalarAsync<string>("SELECT split_part(current_setting('server_version'), ' ', 1)"), health.ServerVersion);
        Assert.False(health.IsStandby);
        Assert.InRange(health.SizeBytes, 1_000_000, long.MaxValue);
        Assert.InRange(health.CacheHitRatio, 0, 1);
        Assert.InRange(health.TransactionIdAge, 1, 2_000_000_000);
        Assert.True(health.MaxConnections > 0);
        Assert.Contains(health.Connections, connection => connection is { State: ConnectionState.Active, Count: > 0 });
        Assert.Equal(2, health.Tables.Single(table => table.Name == "customers").LiveRows);
        Assert.Equal("activity_logs", health.Tables.Single(table => table.Name == "activity_logs_default").PartitionOf);
        Assert.Equal(health.Tables.OrderByDescending(table => table.TableBytes + table.IndexBytes).First().Name, health.Tables[0].Name);
        var key = health.Indexes.Single(index => index.Name == "customers_pkey");
        Assert.Equal(("customers", true, true), (key.Table, key.IsConstraint, key.IsValid));
        Assert.False(health.Indexes.Single(index => index.Name == "idx_customers_search_gin").IsConstraint);
        // The tests' PostgreSQL has neither extension in this database.
        Assert.Equal(["pg_stat_statements", "pgstattuple"], health.Gaps.Select(gap => gap.Source).Order());
        Assert.All(health.Gaps, gap => Assert.NotEmpty(gap.Message));

        var few = await HealthAsync(office, new() { MaxItems = 3 });
        Assert.Equal((3, 3), (few.Tables.Count, few.Indexes.Count));
        Assert.Equal(20, (await HealthAsync(office, new())).Indexes.Count);
        await office.Owner.FailFieldsAsync(new GetDatabaseHealthRequest { MaxItems = 1_001 }, "max_items");
    }

    [Fact]
    public async Task A_connection_that_waits_for_a_lock_is_counted()
    {
        await using var office = await Office.OpenAsync();
        await using var holder = await office.Server.DataSource.OpenConnectionAsync(RunningServer.Cancellation);
        await using var transaction = await holder.BeginTransactionAsync(RunningServer.Cancellation);
        await using (var command = holder.CreateCommand())
        {
            command.CommandText = "LOCK TABLE customers IN ACCESS EXCLUSIVE MODE";
            await command.ExecuteNonQueryAsync(RunningServer.Cancellation);
        }

        var waiting = office.Owner.CallAsync<ListCustomersResponse>(new ListCustomersRequest());
        while ((await HealthAsync(office, new() { MaxItems = 1 })).Connections.All(connection => connection.WaitingForLock == 0))
            Assert.False(waiting.IsCompleted);
        var health = await HealthAsync(office, new() { MaxItems = 1 });
        Assert.Contains(health.Connections, connection => connection.State == ConnectionState.IdleInTransaction);
        Assert.NotNull(health.OldestTransactionAge);

        await transaction.RollbackAsync(RunningServer.Cancellation);
        await waiting;
    }

    [Fact]
    public async Task The_sync_is_measured_stream_by_stream()
    {
        await using var office = await Office.OpenAsync();
        Assert.Equal(0, (await StatusAsync(office)).OpenStreams);
        using var stream = office.Server.OpenStream(office.Worker.Credentials);
        var hello = StreamExtensions.NewHello();
        await stream.CatchUpAsync(hello);
        await stream.SendAsync(new() { PushBatch = new() { Operations = { StreamExtensions.NewCustomer(1) } } });
        await office.Owner.CallAsync<ArchiveCustomerResponse>(new ArchiveCustomerRequest { CustomerId = office.Own.Customer });

        SyncStatus status;
        do
            status = await StatusAsync(office);
        while (status.CatchingUpStreams > 0 || status.Push.FinishedOperations < 2 || status.Push.WaitingOperations > 0 || status.Pump.LastReadAt is null);
        // An answer's queue is read before its meters.
        status = await StatusAsync(office);

        var open = Assert.Single(status.Streams);
        Assert.Equal(
            (hello.DeviceId, office.Worker.UserId, "test/1", StreamState.Live, 1L),
            (open.DeviceId, open.UserId, open.AppVersion, open.State, open.ReceivedOperations));
        Assert.True(open.OpenedAt.ToDateTime() <= open.LastReceivedAt.ToDateTime());
        Assert.Equal((1, 0), (status.OpenStreams, status.CatchingUpStreams));
        Assert.Equal(2, status.Push.FinishedOperations);
        Assert.Equal(0, status.Pump.Failures);
        // The worker's push of a customer was refused, the owner's call was not.
        Assert.Equal(
            [(SyncQueueStatus.Pending, 0L), (SyncQueueStatus.Processing, 0L), (SyncQueueStatus.Completed, 1L), (SyncQueueStatus.Failed, 1L)],
            status.Queue.Select(count => (count.Status, count.Count)));
        Assert.NotNull(status.Queue[2].OldestCreatedAt);
        Assert.Null(status.Queue[0].OldestCreatedAt);
        await office.Owner.FailFieldsAsync(new GetSyncStatusRequest { MaxStreams = -1 }, "max_streams");
    }

    private static async Task<DatabaseHealth> HealthAsync(Office office, GetDatabaseHealthRequest request) =>
        (await office.Owner.CallAsync<GetDatabaseHealthResponse>(request)).DatabaseHealth;

    private static async Task<SyncStatus> StatusAsync(Office office) =>
        (await office.Owner.CallAsync<GetSyncStatusResponse>(new GetSyncStatusRequest())).SyncStatus;
}
