using System.Globalization;
using KhsCrm.EndToEnd.Tests.Kit;
using KhsCrm.SyncClient;
using Xunit;

namespace KhsCrm.EndToEnd.Tests;

/// <summary>
/// Promises 1 to 4 and 8 under crashes: whatever is killed, and when, an operation that was acknowledged is in effect exactly
/// once, one that was not is still in its outbox, and every device holds what the policy gives it: the history of devices that
/// speak the raw protocol is checked. scripts/soak runs the same for longer.
/// </summary>
public sealed class KillTests
{
    private const int Devices = 3;

    // So that a kill falls into the middle of pushes, not before the first.
    private const int MostOperationsBetweenKills = 60;

    private static readonly int Kills =
        int.Parse(Environment.GetEnvironmentVariable("KHSCRM_SOAK_KILLS") ?? "2", CultureInfo.InvariantCulture);

    [Fact]
    public Task A_server_killed_again_and_again_loses_and_doubles_nothing() => RunAsync(
        async rig =>
        {
            await rig.KillServerAsync();
            return rig.StartServerAsync;
        },
        isDatabaseUp: true);

    [Fact]
    public Task A_database_that_crashes_again_and_again_loses_and_doubles_nothing() => RunAsync(
        async rig =>
        {
            await rig.KillPostgresAsync();
            return rig.StartPostgresAsync;
        },
        isDatabaseUp: false);

    [Fact]
    public Task Single_backends_killed_again_and_again_lose_and_double_nothing() => RunAsync(
        async rig =>
        {
            await rig.KillBackendAsync();
            return () => Task.CompletedTask;
        },
        isDatabaseUp: true);

    private static async Task RunAsync(Func<CrashRig, Task<Func<Task>>> killAsync, bool isDatabaseUp)
    {
        await using var rig = await CrashRig.StartAsync();
        List<BusyDevice> devices = [];
        await using var recorded = await RecordedFleet.StartAsync(rig);
        try
        {
            for (var i = 0; i < Devices; i++)
                devices.Add(await BusyDevice.StartAsync(rig.Url));
            for (var kill = 0; kill < Kills; kill++)
            {
                await WaitForPushesAsync(rig, devices, Random.Shared.Next(1, MostOperationsBetweenKills));
                var startAgainAsync = await killAsync(rig);
                if (!isDatabaseUp)
                    await startAgainAsync();
                foreach (var device in devices)
                    await CheckAcknowledgedAsync(rig, device);
                if (isDatabaseUp)
                    await startAgainAsync();
            }

            foreach (var device in devices)
                await device.StopEditingAsync();
            foreach (var device in devices)
                await device.FinishAsync();
            await CheckEverythingAsync(rig, devices);
            var verdict = await recorded.FinishAsync();
            Assert.True(verdict.IsKept, $"{verdict}");
        }
        finally
        {
            foreach (var device in devices)
                await device.DisposeAsync();
        }
    }

    private static async Task WaitForPushesAsync(CrashRig rig, IEnumerable<BusyDevice> devices, int operations)
    {
        const string Count = "SELECT count(*) FROM sync_queue";
        var before = await rig.ScalarAsync<long>(Count);
        // Each look is a new connection, which would take the processors from the pushes.
        while (await rig.ScalarAsync<long>(Count) < before + operations)
        {
            foreach (var device in devices)
                await device.CheckAsync();
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    // What has left the outbox is in the database; what is not there is in the outbox.
    private static async Task CheckAcknowledgedAsync(CrashRig rig, BusyDevice device)
    {
        // First what was made, then what waits, then what is there: each moves only onwards meanwhile.
        string[] made;
        lock (device.Made)
            made = [.. device.Made.Keys];
        var outbox = await device.OutboxAsync();
        var there = await rig.IdsAsync("SELECT id FROM customers");
        var lost = made.Where(id => !there.Contains(id) && !outbox[id].Any(IsUnacknowledged)).ToList();
        Assert.True(lost.Count == 0, $"{lost.Count} of {made.Length} are nowhere; in the outbox they are: "
            + string.Join("; ", lost.Select(id => $"{id}: {string.Join(", ", outbox[id].Select(entry => $"{entry.State} {entry.Message}"))}")));

        static bool IsUnacknowledged(OutboxOperation entry) => entry.State is OutboxState.Queued or OutboxState.Sent;
    }

    private static async Task CheckEverythingAsync(CrashRig rig, IReadOnlyList<BusyDevice> devices)
    {
        var made = devices.SelectMany(device => device.Made).ToDictionary();
        var there = await rig.IdsAsync("SELECT id FROM customers WHERE name = 'Busy'");
        Assert.True(there.SetEquals(made.Keys));
        Assert.Equal(
            made.Count, await rig.ScalarAsync<long>("SELECT count(*) FROM activity_logs a JOIN customers c ON c.id = a.entity_id AND c.name = 'Busy' WHERE a.action = 'create'"));
        // Each note is another: one that came twice, or too late, would show here.
        Assert.Equal(
            0, await rig.ScalarAsync<long>(
                """
                SELECT count(*) FROM (
                    SELECT FROM activity_logs WHERE details ? 'notes' GROUP BY entity_id, details->'notes'->>'new' HAVING count(*) > 1) AS twice
                """));
        var notes = string.Join(',', made.OrderBy(row => row.Key, StringComparer.Ordinal).Select(row => row.Value));
        Assert.Equal(
            notes, await rig.ScalarAsync<string>("SELECT string_agg(coalesce(notes, ''), ',' ORDER BY id) FROM customers WHERE name = 'Busy'"));
        Assert.Equal(
            0, await rig.ScalarAsync<long>("SELECT count(*) FROM (SELECT FROM sync_queue GROUP BY id HAVING count(*) > 1) AS twice"));
        Assert.Equal(0, await rig.ScalarAsync<long>("SELECT count(*) FROM sync_queue WHERE status <> 'completed'"));
    }
}
