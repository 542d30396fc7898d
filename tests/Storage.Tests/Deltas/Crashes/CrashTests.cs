using KhsCrm.V1;
using Xunit;

namespace KhsCrm.Storage.Tests.Deltas.Crashes;

/// <summary>
/// Promises 1 and 8 when PostgreSQL crashes between two reads of a stored cursor (DESIGN §4, "Durable before shown"). A writer
/// of some kind ends, a device reads, PostgreSQL crashes, and the next write takes an id that was given out before. Beside each
/// scene its naive twin, which loses the row where the writer leaves ids behind.
/// </summary>
public sealed class CrashTests(CrashServer server) : IClassFixture<CrashServer>
{
    public static TheoryData<string, CrashKind> Scenes() =>
        [.. Writers.All.Keys.SelectMany(writer => Enum.GetValues<CrashKind>().Select(crash => new TheoryDataRow<string, CrashKind>(writer, crash)))];

    [Theory]
    [MemberData(nameof(Scenes))]
    public async Task The_next_write_reaches_a_stored_cursor(string writer, CrashKind crash)
    {
        var (device, write) = (server.Device(), Writers.All[writer]);
        await device.SyncAsync();
        await using (await write.RunAsync(server) ?? Nothing.Held)
        {
            await device.SyncAsync();
            await server.CrashAsync(crash);
        }

        var next = await AddAsync();
        await SyncOrResyncAsync(device);

        Assert.Contains(next, device.Ids(EntityType.Customer));
        Assert.Equal(await server.CustomersAsync(), device.Ids(EntityType.Customer).Order(StringComparer.Ordinal));
    }

    /// <summary>What fills a page of the WAL is written at once: its twin loses nothing.</summary>
    public static TheoryData<string, CrashKind> Twins() => [.. Scenes().Where(scene => scene.Data.Item1 != Writers.PageEnd)];

    [Theory]
    [MemberData(nameof(Twins))]
    public async Task Without_a_proof_the_next_write_is_lost(string writer, CrashKind crash)
    {
        var write = Writers.All[writer];
        while (true)
        {
            var device = server.Device();
            await device.SyncAsync();
            DeltaDevice naive;
            bool givesOutAgain;
            await using (await write.RunAsync(server) ?? Nothing.Held)
            {
                naive = await server.NaiveAsync(device);
                givesOutAgain = await server.CrashAsync(crash);
            }

            var added = await AddAsync();
            await naive.SyncAsync();
            // A full page is written at once, and the WAL writer comes by every ten seconds: then no id is given out again.
            if (write.IsCareless && !givesOutAgain)
                continue;
            Assert.Equal(write.IsCareless, !naive.Ids(EntityType.Customer).Contains(added));
            return;
        }
    }

    /// <summary>Reads on; a device that is told to takes everything anew.</summary>
    internal static async Task SyncOrResyncAsync(DeltaDevice device)
    {
        await device.SyncAsync();
        if (device.LastResync == ResyncReason.Unspecified)
            return;
        device.Rows.Clear();
        device.Cursor = Google.Protobuf.ByteString.Empty;
        await device.SyncAsync();
    }

    private async Task<string> AddAsync()
    {
        var id = Guid.CreateVersion7();
        await server.RunAsync($"INSERT INTO customers (id, name, address) VALUES ('{id}', 'next', 'a')");
        return $"{id}";
    }
}
