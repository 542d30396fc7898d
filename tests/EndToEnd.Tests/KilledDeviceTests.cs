using KhsCrm.EndToEnd.Tests.Kit;
using KhsCrm.SyncClient;
using Microsoft.Data.Sqlite;
using Xunit;

namespace KhsCrm.EndToEnd.Tests;

/// <summary>
/// A device whose process is killed at random moments, in the middle of edits, pushes and deltas: its store and its outbox
/// stay whole, and every edit that it had answered for reaches the server once.
/// </summary>
public sealed class KilledDeviceTests
{
    // KHSCRM_KILLS=200 for a long run.
    private static readonly int Kills = int.Parse(
        Environment.GetEnvironmentVariable("KHSCRM_KILLS") ?? "4", System.Globalization.CultureInfo.InvariantCulture);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_it_answered_for_is_kept_and_arrives_once()
    {
        await using var service = await Service.StartAsync();
        using var device = await service.SignInAsync();
        var random = new Random(7);
        Dictionary<string, string> answered = [];
        for (var kill = 0; kill < Kills; kill++)
        {
            foreach (var line in await EditUntilKilledAsync(service, device.Folder, kill, random))
                answered.Add(line.Split('=')[0], line.Split('=')[1]);
            await CheckFileAsync(device.Folder);
            await CheckRowsAsync(device.Folder, answered);
        }

        await using (var client = await KhsCrmClient.OpenAsync(new() { DataFolder = device.Folder }, Cancellation))
        {
            await client.SyncAsync(Cancellation);
            Assert.Empty(await client.Outbox.ListAsync(cancellationToken: Cancellation));
            var page = await client.Customers.ListAsync(new() { IsArchived = null, PageSize = 10_000 }, Cancellation);
            Assert.Equal(
                await service.CustomersAsync(),
                page.Items.Select(row => $"{row.Name}: {row.Phone}; {row.Notes}").Order(StringComparer.Ordinal));
        }

        var names = (await service.CustomersAsync()).Select(line => line.Split(':')[0]).Where(name => name.StartsWith("Run", StringComparison.Ordinal)).ToList();
        Assert.Equal(names.Distinct(), names);
        Assert.Empty(answered.Keys.Except(names));
    }

    [Fact]
    public async Task Killed_inside_of_its_first_sync_it_goes_on_where_it_was()
    {
        const int Materials = 40_000;
        await using var service = await Service.StartAsync();
        await service.RunAsync(
            $"""
            INSERT INTO materials (job_id, item_name, added_by_id)
            SELECT j.id, 'Nail ' || i, j.created_by_id FROM (SELECT * FROM jobs LIMIT 1) j, generate_series(1, {Materials}) i
            """);
        using var device = await service.SignInAsync();
        var random = new Random(5);
        var held = 0L;
        for (var kill = 0; kill < 3; kill++)
        {
            await using var process = ChildProcess.Start("KhsCrm.SampleDevice.dll", ["pull", device.Folder]);
            for (var parts = random.Next(1, 3); parts > 0; parts--)
                await process.WaitForLineAsync("CatchingUp ");
            // The first such line is Welcome's.
            await process.WaitForLineAsync("CatchingUp ");
            await process.SignalAsync("KILL");
            await process.WaitForExitAsync();
            await CheckFileAsync(device.Folder);
            var now = await CountAsync(device.Folder, "SELECT count(*) FROM material");
            Assert.InRange(now, held + 1, Materials - 1);
            Assert.True(await CountAsync(device.Folder, "SELECT count(*) FROM deferred_index") > 0);
            held = now;
        }

        await using (var client = await KhsCrmClient.OpenAsync(new() { DataFolder = device.Folder }, Cancellation))
        {
            var summary = await client.SyncAsync(Cancellation);
            Assert.InRange(summary.Received, 1, Materials - held + 1_000);
            var report = await client.VerifyAsync(Cancellation);
            Assert.Equal((true, 0), (report.IsEqual, report.Repaired));
        }

        using var other = await service.SignInAsync();
        const string Indexes = "SELECT count(*) FROM sqlite_master WHERE type = 'index'";
        Assert.Equal(await CountAsync(other.Folder, Indexes), await CountAsync(device.Folder, Indexes));
        Assert.Equal(0, await CountAsync(device.Folder, "SELECT count(*) FROM deferred_index"));
    }

    // Somebody else edits meanwhile, so that the process may die with a delta half stored.
    private static async Task<List<string>> EditUntilKilledAsync(Service service, string folder, int run, Random random)
    {
        await using var process = ChildProcess.Start("KhsCrm.SampleDevice.dll", ["edit", folder, $"Run {run}"]);
        var last = random.Next(1, 60);
        await process.WaitForLineAsync("Run ");
        await service.RunAsync($"INSERT INTO customers (name, address) SELECT 'Other {run} ' || i, 'a' FROM generate_series(1, 300) i");
        await process.WaitForLineAsync($"Run {run} {last}=");
        await process.SignalAsync("KILL");
        await process.WaitForExitAsync();
        return [.. process.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.Length > 36 && line[^37] == '=')];
    }

    private static async Task CheckFileAsync(string folder) => Assert.Equal("ok", await AskFileAsync(folder, "PRAGMA integrity_check"));

    private static async Task<long> CountAsync(string folder, string sql) => (long)(await AskFileAsync(folder, sql))!;

    private static async Task<object?> AskFileAsync(string folder, string sql)
    {
        await using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "khscrm.db"), Pooling = false }.ToString());
        await connection.OpenAsync(Cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(Cancellation);
    }

    private static async Task CheckRowsAsync(string folder, Dictionary<string, string> answered)
    {
        await using var client = await KhsCrmClient.OpenAsync(new() { DataFolder = folder }, Cancellation);
        foreach (var (name, id) in answered)
            Assert.Equal((name, name.Split(' ')[2]), await client.Customers.GetAsync(id, Cancellation) is { } row ? (row.Name, row.Phone) : default);
    }
}
