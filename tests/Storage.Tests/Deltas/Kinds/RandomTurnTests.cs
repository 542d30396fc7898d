using System.Globalization;
using KhsCrm.V1;
using Npgsql;
using Xunit;
using static KhsCrm.Storage.Tests.Deltas.Kinds.TwoVersions;

namespace KhsCrm.Storage.Tests.Deltas.Kinds;

/// <summary>
/// Any order of servers, app versions, pages and writes: a device that comes to rest on the newer server holds what a new device
/// would be sent.
/// </summary>
public sealed class RandomTurnTests
{
    private readonly List<string> _course = [];

    /// <summary>Six; a soak has as many as it likes.</summary>
    public static TheoryData<int> Seeds { get; } =
        [.. Enumerable.Range(1, int.Parse(Environment.GetEnvironmentVariable("KHSCRM_SOAK_TURNS") ?? "6", CultureInfo.InvariantCulture))];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_device_that_went_anywhere_holds_what_a_new_one_is_sent(int seed)
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var random = new Random(seed);
        for (var i = 0; i < 4; i++)
            await WriteAsync(database, random, 0);
        DeltaDevice[] devices = [database.App(NewApp), database.App(NewApp, database.Worker)];
        await using var held = await database.DataSource.OpenConnectionAsync(SyncedDatabase.Cancellation);
        NpgsqlTransaction? running = null;
        for (var step = 0; step < 80; step++)
        {
            // Now and then a snapshot has a transaction that runs.
            if (random.Next(4) == 0)
                running = await StartOrEndAsync(held, running);
            await WriteAsync(database, random, random.Next(10));
            foreach (var device in devices)
            {
                var (pageSize, isOld) = (random.Next(1, 6), random.Next(2) == 0);
                device.Server = isOld ? database.OldServer(pageSize) : database.NewServer(pageSize);
                device.Install(random.Next(3) switch { 0 => OldApp, 1 => NewApp, _ => [EntityType.Job, New] });
                // As often as not it leaves in the middle of a window.
                for (var pages = random.Next(6); pages > 0; pages--)
                    await ReadAsync(device, isOld);
            }
        }

        await WriteAsync(database, random, 0);
        await database.RunAsync("UPDATE jobs SET status = 'ON_HOLD' WHERE status <> 'ON_HOLD'");
        foreach (var device in devices)
        {
            device.Server = database.NewServer();
            device.Install(NewApp);
            await device.SyncAsync();
            var fresh = new DeltaDevice(database.NewServer(), device.Scope);
            await fresh.SyncAsync();
            Assert.NotEmpty(fresh.Ids(New));
            if (!Text(fresh).SequenceEqual(Text(device)))
                TestContext.Current.TestOutputHelper!.WriteLine(string.Join('\n', _course));
            Assert.Equal(Text(fresh), Text(device));
            await device.SyncAsync();
            Assert.Empty(device.Received);
        }
    }

    private async Task ReadAsync(DeltaDevice device, bool isOld)
    {
        device.Received.Clear();
        var delta = await device.ReadAsync();
        Assert.NotNull(delta);
        _course.Add($"{device.Scope.Role} reads {string.Join(", ", device.Scope.EntityTypes)} from the {(isOld ? "older" : "newer")} server: "
            + $"{string.Join("; ", device.Received)} begun {delta.BegunAnew} completed {delta.CompletedAnew} checkpoint {delta.Checkpoint}");
    }

    private static async Task<NpgsqlTransaction?> StartOrEndAsync(NpgsqlConnection held, NpgsqlTransaction? running)
    {
        if (running is not null)
        {
            await running.DisposeAsync();
            return null;
        }

        running = await held.BeginTransactionAsync(SyncedDatabase.Cancellation);
        await using var command = new NpgsqlCommand("SELECT pg_current_xact_id()", held);
        await command.ExecuteNonQueryAsync(SyncedDatabase.Cancellation);
        return running;
    }

    private static IEnumerable<string> Text(DeltaDevice device) =>
        device.Rows.OrderBy(row => row.Key).Select(row => row.Value.ToString());

    // By the order in which they were made, so that a seed does the same again.
    private async Task WriteAsync(SyncedDatabase database, Random random, int what)
    {
        var job = $"(SELECT id FROM jobs ORDER BY created_at OFFSET {random.Next()} % greatest((SELECT count(*) FROM jobs), 1) LIMIT 1)";
        _course.Add($"write {what} to {await database.ScalarAsync<Guid>($"SELECT coalesce({job}, gen_random_uuid())")}");
        switch (what)
        {
            case 0:
                var made = await database.AddJobAsync(await database.AddCustomerAsync());
                await database.AssignAsync(made, database.Worker);
                await database.AddMaterialAsync(made);
                break;
            case 1:
                await database.RunAsync($"DELETE FROM jobs WHERE id = {job}");
                break;
            case 2:
                await database.RunAsync($"DELETE FROM job_assignments WHERE job_id = {job}");
                break;
            case 3:
                await database.RunAsync(
                    $"INSERT INTO job_assignments (job_id, user_id) SELECT id, '{database.Worker}' FROM jobs WHERE id = {job} ON CONFLICT DO NOTHING");
                break;
            case 4:
                await database.RunAsync($"DELETE FROM job_status_history WHERE job_id = {job}");
                break;
            default:
                await database.RunAsync(
                    $"UPDATE jobs SET status = CASE status WHEN 'ON_HOLD' THEN 'IN_PROGRESS' ELSE 'ON_HOLD' END WHERE id = {job}");
                break;
        }
    }
}
