using KhsCrm.Storage.Schema;
using KhsCrm.TestKit;
using KhsCrm.V1;
using Xunit;
using static KhsCrm.Storage.Tests.Deltas.Clusters.HistoryDatabase;

namespace KhsCrm.Storage.Tests.Deltas.Clusters;

/// <summary>An old image of the disk that goes on with its timeline: only an operator can tell.</summary>
public sealed class NewHistoryTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_an_image_was_put_back_only_a_new_history_saves_the_devices(bool isBegun)
    {
        await using var server = await HistoryServer.StartAsync(Cancellation);
        await SchemaMigrator.MigrateAsync(server.ConnectionString, Cancellation);
        var image = await server.BackUpAsync(Cancellation);
        await using var lost = Of(server);
        // The lost past is the shorter one, so that the cursor looks like one of the image's own future.
        await lost.AddAsync("lost");
        var device = lost.Device();
        await device.SyncAsync();

        await using var restored = await HistoryServer.StartImageAsync(image, Cancellation);
        await using var database = Of(restored);
        for (var i = 0; i < 20; i++)
            await database.AddAsync($"new {i}");
        if (isBegun)
            await DatabaseHistory.BeginAsync(restored.ConnectionString, Cancellation);
        var resyncs = 0;
        var same = database.Device(device);
        await same.ReadAsync();
        if (same.LastResync == ResyncReason.DatabaseRestored)
        {
            resyncs++;
            same = database.Device();
        }

        await same.SyncAsync();

        Assert.Equal(isBegun ? 1 : 0, resyncs);
        // Without it the device keeps what was lost, and misses what took its transaction ids: the twin that shows why.
        Assert.Equal(isBegun, (await database.NamesAsync()).SequenceEqual(Names(same)));
    }

    [Fact]
    public async Task A_cursor_of_the_new_history_is_good_and_its_rows_are_not_stamped_anew()
    {
        await using var server = await HistoryServer.StartAsync(Cancellation);
        await SchemaMigrator.MigrateAsync(server.ConnectionString, Cancellation);
        await using var database = Of(server);
        await database.AddAsync("before");
        await DatabaseHistory.BeginAsync(server.ConnectionString, Cancellation);
        var device = database.Device();
        await device.SyncAsync();
        await database.AddAsync("after");

        await device.SyncAsync();

        Assert.Equal(ResyncReason.Unspecified, device.LastResync);
        Assert.Equal("after", Assert.Single(device.Received).Entity.Customer.Name);
    }
}
