using Google.Protobuf.WellKnownTypes;
using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Sync;

/// <summary>A device that keeps the audit trail keeps the last days of it: by the server's clock and the server's setting.</summary>
public sealed class OldActivityTests
{
    private const long Day = 86_400;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Entries_are_forgotten_when_a_stream_opens_and_a_day_later()
    {
        using var folder = new TempFolder();
        await using var server = await ScriptedServer.StartAsync();
        await using var client = await server.OpenClientAsync(folder.Path, options => options.EntityTypes.Add(EntityType.ActivityLog));
        var syncing = client.SyncAsync(Ct);
        var first = await server.AcceptAsync();
        await first.ReadAsync();
        await first.WriteAsync(Welcome(at: 0));
        await first.WriteAsync(Rows.Checkpoint("c1", 0, Entry(-20), Entry(-8), Entry(-7), Entry(-6), Entry(0)));
        await first.ReadToEndAsync();
        first.End();
        await syncing;
        Assert.Equal([-20, -8, -7, -6, 0], await DaysAsync(folder.Path));

        await client.StartAsync(Ct);
        var stream = await server.AcceptAsync();
        await stream.ReadAsync();
        await stream.WriteAsync(Welcome(at: 0));
        await stream.WriteAsync(Rows.Checkpoint("c2", 0));
        await stream.ReadAsync();
        Assert.Equal([-7, -6, 0], await DaysAsync(folder.Path));

        // An hour later nothing is looked for, a day later the next is too old.
        await stream.WriteAsync(Heartbeat(at: Day - 3_600));
        await stream.WriteAsync(Rows.Checkpoint("c3", 0));
        await stream.ReadAsync();
        Assert.Equal([-7, -6, 0], await DaysAsync(folder.Path));
        await stream.WriteAsync(Heartbeat(at: Day));
        await stream.WriteAsync(Rows.Checkpoint("c4", 0));
        await stream.ReadAsync();
        Assert.Equal([-6, 0], await DaysAsync(folder.Path));
    }

    private static SyncStreamResponse Welcome(long at) => new()
    {
        Welcome = new()
        {
            UserId = ScriptedServer.UserId,
            MaxOperationsPerBatch = 10,
            MaxMessageBytes = 100_000,
            MaxBatchesInFlight = 1,
            ServerTime = Rows.At(at),
            ActivityLogAge = Duration.FromTimeSpan(TimeSpan.FromDays(7)),
        },
    };

    private static SyncStreamResponse Heartbeat(long at) => new() { Heartbeat = new() { ServerTime = Rows.At(at) } };

    private static Change Entry(long day) => new()
    {
        Entity = new() { ActivityLog = new() { Id = Rows.NewId(), EntityType = "job", EntityId = Rows.NewId(), CreatedAt = Rows.At(day * Day) } },
    };

    private static async Task<List<long>> DaysAsync(string folder)
    {
        using var store = LocalStore.Open(new StoreFolder(folder), null, TimeSpan.FromSeconds(30));
        return await store.ReadAsync(
            connection =>
            {
                List<long> days = [];
                var row = connection.Prepare("SELECT created_at FROM activity_log ORDER BY created_at");
                while (row.Step())
                    days.Add(((row.Int64(0) / 1_000_000) - Rows.At(0).Seconds) / Day);
                return days;
            },
            Ct);
    }
}
