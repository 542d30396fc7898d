using Google.Protobuf;
using KhsCrm.Storage.Deltas;
using KhsCrm.V1;
using NpgsqlTypes;
using Xunit;
using static KhsCrm.Storage.Tests.Deltas.SyncedDatabase;

namespace KhsCrm.Storage.Tests.Deltas;

/// <summary>A cursor and the history of the database it was cut from; <c>Clusters/</c> makes the real ones.</summary>
public sealed class HistoryTests
{
    [Theory]
    [InlineData(0, ResyncReason.Unspecified)]
    [InlineData(1, ResyncReason.DatabaseRestored)]
    public async Task A_cursor_of_an_older_timeline_is_good_up_to_the_fork(int beyond, ResyncReason expected)
    {
        await using var database = await CreateAsync();
        var device = database.Device();
        await device.SyncAsync();
        var cursor = Cursor.Parse(device.Cursor.Memory)!;
        await database.RunAsync(
            $"""
            INSERT INTO sync_timelines (system_identifier, timeline_id, first_lsn) VALUES ('{cursor.Database.System}', 0, '0/0');
            UPDATE sync_timelines SET first_lsn = '{cursor.Position}' WHERE timeline_id = 1
            """);
        var old = cursor with
        {
            Database = cursor.Database with { TimelineId = 0 },
            Position = new NpgsqlLogSequenceNumber((ulong)cursor.Position + (ulong)beyond),
        };
        device.Cursor = ByteString.CopyFrom(old.ToBytes());

        await device.ReadAsync();

        Assert.Equal(expected, device.LastResync);
    }

    [Fact]
    public async Task Where_the_fork_is_not_known_or_the_timeline_is_no_ancestor_nothing_is_certain()
    {
        await using var database = await CreateAsync();
        var device = database.Device();
        await device.SyncAsync();
        var cursor = Cursor.Parse(device.Cursor.Memory)!;
        var old = ByteString.CopyFrom((cursor with { Database = cursor.Database with { TimelineId = 0 }, Position = default }).ToBytes());
        device.Cursor = old;
        await device.ReadAsync();
        Assert.Equal(ResyncReason.DatabaseRestored, device.LastResync);

        await database.RunAsync(
            $"""
            INSERT INTO sync_timelines (system_identifier, timeline_id) VALUES ('{cursor.Database.System}', 0);
            UPDATE sync_timelines SET first_lsn = NULL WHERE timeline_id = 1
            """);
        device.Cursor = old;
        await device.ReadAsync();
        Assert.Equal(ResyncReason.DatabaseRestored, device.LastResync);
    }

    [Fact]
    public async Task A_cursor_ahead_of_the_database_is_of_a_state_that_a_restored_disk_never_had()
    {
        await using var database = await CreateAsync();
        var device = database.Device();
        await device.SyncAsync();
        var cursor = Cursor.Parse(device.Cursor.Memory)!;
        device.Cursor = ByteString.CopyFrom(
            (cursor with { Position = new NpgsqlLogSequenceNumber((ulong)cursor.Position + (1UL << 40)) }).ToBytes());

        await device.ReadAsync();

        Assert.Equal(ResyncReason.DatabaseRestored, device.LastResync);
    }

    [Fact]
    public async Task A_copy_of_a_database_is_another_one_and_its_rows_are_stamped_anew()
    {
        await using var database = await CreateAsync();
        var customer = await database.AddCustomerAsync("kept");
        await database.AddMaterialAsync(await database.AddJobAsync(customer));
        await database.AddCustomerAsync("deleted");
        await database.RunAsync("DELETE FROM customers WHERE name = 'deleted'");
        var device = database.Device();
        await device.SyncAsync();
        var trail = await database.ScalarAsync<long>("SELECT count(*) FROM activity_logs");

        await using var copy = await database.CopyAsync();
        var moved = copy.Device();
        moved.Cursor = device.Cursor;
        await moved.ReadAsync();
        Assert.Equal(ResyncReason.DatabaseRestored, moved.LastResync);

        moved.Cursor = ByteString.Empty;
        await moved.SyncAsync();
        Assert.Equal(device.Rows.Keys.Order(), moved.Rows.Keys.Order());
        Assert.Equal(0L, await copy.ScalarAsync<long>("SELECT count(*) FROM tombstones"));
        Assert.Equal(trail, await copy.ScalarAsync<long>("SELECT count(*) FROM activity_logs"));
        var stamp = await copy.ScalarAsync<string>(
            """
            SELECT string_agg(DISTINCT change_xid::text, ',') FROM (
                SELECT change_xid FROM users UNION ALL SELECT change_xid FROM customers UNION ALL SELECT change_xid FROM jobs
                UNION ALL SELECT change_xid FROM materials UNION ALL SELECT change_xid FROM job_status_history
                UNION ALL SELECT change_xid FROM activity_logs) all_rows
            """);
        Assert.DoesNotContain(',', stamp);
        // The triggers are in force again.
        await copy.RunAsync("UPDATE customers SET name = 'edited'");
        await moved.SyncAsync();
        Assert.Equal("edited", Assert.Single(moved.Received).Entity.Customer.Name);
    }

    [Fact]
    public async Task Servers_that_notice_a_restored_database_together_stamp_it_once()
    {
        await using var database = await CreateAsync();
        await database.AddCustomerAsync();
        await database.Device().SyncAsync();
        await using var copy = await database.CopyAsync();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => copy.Device().SyncAsync()));

        Assert.Equal(1L, await copy.ScalarAsync<long>("SELECT count(*) FROM sync_timelines"));
        Assert.Equal(1L, await copy.ScalarAsync<long>("SELECT count(DISTINCT change_xid::text) FROM customers"));
    }
}
