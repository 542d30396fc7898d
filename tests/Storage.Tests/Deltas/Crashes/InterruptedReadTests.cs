using KhsCrm.TestKit;
using KhsCrm.V1;
using Npgsql;
using Xunit;
using static KhsCrm.Storage.Tests.Deltas.SyncedDatabase;

namespace KhsCrm.Storage.Tests.Deltas.Crashes;

/// <summary>A crash between the snapshot of a read and its end: what was read so far is not shown.</summary>
public sealed class InterruptedReadTests(CrashServer server) : IClassFixture<CrashServer>
{
    [Fact]
    public async Task A_read_that_a_crash_interrupts_shows_nothing()
    {
        var device = server.Device();
        await device.SyncAsync();
        var cursor = device.Cursor;
        await server.RunAsync("BEGIN; SET LOCAL synchronous_commit = off; INSERT INTO customers (name, address) VALUES ('careless', 'a'); COMMIT");
        // The read has its snapshot, and stops at a table that somebody else holds.
        await using (var held = await HeldTransaction.BeginAsync(server.DataSource, "LOCK TABLE materials IN ACCESS EXCLUSIVE MODE", Cancellation))
        {
            var read = device.SyncAsync();
            await held.WaitForVictimAsync(read);
            await server.CrashAsync(CrashKind.KilledBackend);
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => read);
        }

        Assert.Equal(cursor, device.Cursor);
        await server.RunAsync("INSERT INTO customers (name, address) VALUES ('next', 'a')");
        await CrashTests.SyncOrResyncAsync(device);
        Assert.Equal(await server.CustomersAsync(), device.Ids(EntityType.Customer).Order(StringComparer.Ordinal));
    }
}
