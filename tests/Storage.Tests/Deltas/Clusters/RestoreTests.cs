using KhsCrm.Storage.Schema;
using KhsCrm.TestKit;
using KhsCrm.V1;
using Npgsql;
using Xunit;
using static KhsCrm.Storage.Tests.Deltas.Clusters.HistoryDatabase;

namespace KhsCrm.Storage.Tests.Deltas.Clusters;

/// <summary>Backups that are restored, with devices that know what the restored database does not.</summary>
public sealed class RestoreTests
{
    [Fact]
    public async Task A_restore_to_an_earlier_point_keeps_devices_behind_it_and_refuses_those_ahead()
    {
        await using var server = await HistoryServer.StartAsync(Cancellation);
        await SchemaMigrator.MigrateAsync(server.ConnectionString, Cancellation);
        await using var before = Of(server);
        await before.AddAsync("old");
        var backup = await server.BackUpAsync(Cancellation);
        await before.AddAsync("kept");
        var behind = before.Device();
        await behind.SyncAsync();
        // Still running at the mark, committed behind it: undone by the restore, though its number is below the fork's.
        await using var connection = await before.DataSource.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using (var insert = new NpgsqlCommand("INSERT INTO customers (name, address) VALUES ('undone', 'a')", connection))
            await insert.ExecuteNonQueryAsync(Cancellation);
        var across = before.Device();
        await across.SyncAsync();
        await server.MarkAsync("the-mark", Cancellation);
        await transaction.CommitAsync(Cancellation);
        var ahead = before.Device();
        await ahead.SyncAsync();
        Assert.Contains("undone", Names(ahead));
        var naive = new NaiveDevice(before.DataSource);
        await naive.SyncAsync();

        await using var restored = await server.RestoreAsync(backup, "the-mark", Cancellation);
        await using var after = Of(restored);
        await after.RunAsync("INSERT INTO customers (name, address, updated_at) VALUES ('by a number used again', 'a', now() - interval '1 hour')");
        await after.AddAsync("new");

        behind = after.Device(behind);
        await behind.SyncAsync();
        Assert.Equal(2, behind.Received.Count);
        across = after.Device(across);
        await across.SyncAsync();
        foreach (var device in new[] { behind, across })
            Assert.Equal(await after.NamesAsync(), Names(device));
        ahead = after.Device(ahead);
        await ahead.ReadAsync();
        Assert.Equal(ResyncReason.DatabaseRestored, ahead.LastResync);
        await naive.MoveToAsync(after.DataSource);
        Assert.Contains("undone", naive.Customers.Values);
        Assert.DoesNotContain("by a number used again", naive.Customers.Values);
    }

    [Fact]
    public async Task A_dump_loaded_into_another_cluster_sends_everything_anew()
    {
        await using var old = await HistoryServer.StartAsync(Cancellation);
        await SchemaMigrator.MigrateAsync(old.ConnectionString, Cancellation);
        await using var from = Of(old);
        for (var i = 0; i < 30; i++)
            await from.AddAsync($"c{i:00}");
        await from.RunAsync("DELETE FROM customers WHERE name = 'c00'");
        // The old cluster's transactions lie far ahead of the new one's.
        await from.RunAsync("DO $$ BEGIN FOR i IN 1..3000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$");
        await from.AddAsync("far ahead");
        var device = from.Device();
        await device.SyncAsync();

        await using var other = await HistoryServer.StartAsync(Cancellation);
        await old.DumpToAsync(other.ConnectionString, Cancellation);
        await using var to = Of(other);
        var kept = await from.NamesAsync();
        await from.AddAsync("after the dump");
        var naive = new NaiveDevice(from.DataSource);
        await naive.SyncAsync();
        var moved = to.Device(device, pageSize: 7);
        await moved.ReadAsync();
        Assert.Equal(ResyncReason.DatabaseRestored, moved.LastResync);

        moved = to.Device(pageSize: 7);
        await moved.SyncAsync();
        Assert.Equal(kept, Names(moved));
        await moved.SyncAsync();
        Assert.Empty(moved.Received);
        await to.AddAsync("new");
        await moved.SyncAsync();
        Assert.Equal("new", Assert.Single(moved.Received).Entity.Customer.Name);
        // A cursor of times goes on as if nothing had been.
        await to.RunAsync("INSERT INTO customers (name, address, updated_at) VALUES ('by a slower clock', 'a', now() - interval '1 hour')");
        await moved.SyncAsync();
        Assert.Contains("by a slower clock", Names(moved));
        await naive.MoveToAsync(to.DataSource);
        Assert.Contains("after the dump", naive.Customers.Values);
        Assert.DoesNotContain("by a slower clock", naive.Customers.Values);
    }
}
