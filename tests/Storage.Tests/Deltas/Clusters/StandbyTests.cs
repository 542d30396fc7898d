using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Schema;
using KhsCrm.TestKit;
using KhsCrm.V1;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;
using static KhsCrm.Storage.Tests.Deltas.Clusters.HistoryDatabase;

namespace KhsCrm.Storage.Tests.Deltas.Clusters;

/// <summary>Promise 1 with a standby that streams: one read, one that takes over, one promoted.</summary>
public sealed class StandbyTests : IAsyncLifetime
{
    private HistoryServer _primaryServer = null!;
    private HistoryServer _standbyServer = null!;
    private HistoryDatabase _primary = null!;
    private HistoryDatabase _standby = null!;

    public async ValueTask InitializeAsync()
    {
        _primaryServer = await HistoryServer.StartAsync(Cancellation);
        await SchemaMigrator.MigrateAsync(_primaryServer.ConnectionString, Cancellation);
        _standbyServer = await _primaryServer.StartStandbyAsync(Cancellation);
        (_primary, _standby) = (Of(_primaryServer), Of(_standbyServer));
    }

    public async ValueTask DisposeAsync()
    {
        await _primary.DisposeAsync();
        await _standby.DisposeAsync();
        await _standbyServer.DisposeAsync();
        await _primaryServer.DisposeAsync();
    }

    [Fact]
    public async Task A_transaction_open_on_the_primary_while_a_device_reads_the_standby_arrives()
    {
        await using var connection = await _primary.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using (var insert = new NpgsqlCommand("INSERT INTO customers (name, address) VALUES ('open', 'a')", connection))
            await insert.ExecuteNonQueryAsync(Cancellation);
        await _primary.AddAsync("early");
        await _standbyServer.CatchUpAsync(_primaryServer, Cancellation);
        var (device, naive) = (_standby.Device(), new NaiveDevice(_standby.DataSource));
        var (trusting, trusted) = (_standby.Device(), await SnapshotAsync(_standby));
        await device.SyncAsync();
        await naive.SyncAsync();
        await trusting.SyncAsync();
        Assert.Equal(["early"], Names(device));

        await transaction.CommitAsync(Cancellation);
        await _standbyServer.CatchUpAsync(_primaryServer, Cancellation);
        await device.SyncAsync();
        await naive.SyncAsync();
        // A cursor of the standby's own snapshot as it is: it claims to have seen what was still running.
        trusting.Cursor = Google.Protobuf.ByteString.CopyFrom(
            (Cursor.Parse(trusting.Cursor.Memory)! with { Base = trusted }).ToBytes());
        await trusting.SyncAsync();

        Assert.Equal(["early", "open"], Names(device));
        Assert.Equal(["early"], Names(trusting));
        Assert.Equal(["early"], naive.Customers.Values);
    }

    [Fact]
    public async Task The_replica_gives_the_pages_of_a_large_window_and_the_primary_its_end()
    {
        await _primary.RunAsync("INSERT INTO customers (name, address) SELECT 'c' || i, 'a' FROM generate_series(1, 50) i");
        await using var replica = Replica();
        var device = Device(replica, pageSize: 10);
        await device.ReadAsync();
        await _standbyServer.CatchUpAsync(_primaryServer, Cancellation);

        await device.SyncAsync(page => page == 2 ? _primary.AddAsync("meanwhile") : Task.CompletedTask);

        Assert.True(replica.Pages >= 4, $"{replica.Pages} pages");
        Assert.Equal(await _primary.NamesAsync(), Names(device));
    }

    [Fact]
    public async Task A_replica_that_is_behind_or_down_leaves_the_pages_to_the_primary()
    {
        await _standby.RunAsync("SELECT pg_wal_replay_pause()");
        await _primary.RunAsync("INSERT INTO customers (name, address) SELECT 'c' || i, 'a' FROM generate_series(1, 50) i");
        await using var replica = Replica();
        var device = Device(replica, pageSize: 10);
        await device.SyncAsync();
        Assert.Equal(0, replica.Pages);
        Assert.Equal(await _primary.NamesAsync(), Names(device));

        await _standbyServer.CrashAsync(Cancellation);
        var second = Device(replica, pageSize: 10);
        await second.SyncAsync();

        Assert.Equal(0, replica.Pages);
        Assert.Equal(await _primary.NamesAsync(), Names(second));
    }

    [Fact]
    public async Task A_promoted_standby_keeps_the_cursors_that_it_had_replayed_and_refuses_those_ahead_of_it()
    {
        await _primary.AddAsync("both");
        var behind = _primary.Device();
        await behind.SyncAsync();
        await _standbyServer.CatchUpAsync(_primaryServer, Cancellation);
        // From here on the standby hears nothing: what is written now is lost with the primary.
        await _standbyServer.StopFollowingAsync(_primaryServer, Cancellation);
        await _primary.AddAsync("lost");
        var ahead = _primary.Device();
        await ahead.SyncAsync();
        var naive = new NaiveDevice(_primary.DataSource);
        await naive.SyncAsync();
        await _primaryServer.CrashAsync(Cancellation);
        await _standbyServer.PromoteAsync(Cancellation);
        // More transactions than were lost: their numbers are used again.
        for (var i = 0; i < 5; i++)
            await _standby.AddAsync($"after {i}");
        await _standby.RunAsync(
            "INSERT INTO customers (name, address, updated_at) VALUES ('by a slower clock', 'a', now() - interval '1 hour')");

        behind = _standby.Device(behind);
        await behind.SyncAsync();
        Assert.Equal(6, behind.Received.Count);
        Assert.Equal(await _standby.NamesAsync(), Names(behind));

        ahead = _standby.Device(ahead);
        await ahead.ReadAsync();
        Assert.Equal(ResyncReason.DatabaseRestored, ahead.LastResync);
        // A cursor of times keeps for ever what was lost, and never sees what a clock behind its own has dated.
        await naive.MoveToAsync(_standby.DataSource);
        Assert.Contains("lost", naive.Customers.Values);
        Assert.DoesNotContain("by a slower clock", naive.Customers.Values);
    }

    private ReadReplica Replica() => new(
        NpgsqlDataSource.Create(_standbyServer.ConnectionString), TimeProvider.System, NullLogger<ReadReplica>.Instance);

    private DeltaDevice Device(ReadReplica replica, int pageSize) => new(
        _primary.Reader(pageSize, replica), new DeltaScope(SyncedDatabase.Owner, Role.Owner, null, []));

    private static async Task<Snapshot> SnapshotAsync(HistoryDatabase database)
    {
        await using var command = database.DataSource.CreateCommand("SELECT pg_current_snapshot()::text");
        return Snapshot.Parse((string)(await command.ExecuteScalarAsync(Cancellation))!);
    }
}
