using KhsCrm.V1;
using Xunit;
using static KhsCrm.Storage.Tests.Deltas.Kinds.TwoVersions;

namespace KhsCrm.Storage.Tests.Deltas.Kinds;

/// <summary>
/// Any order of servers, app versions, pages and writes: a device that comes to rest on the newer server holds what a new device
/// would be sent.
/// </summary>
public sealed class RandomTurnTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task A_device_that_went_anywhere_holds_what_a_new_one_is_sent(int seed)
    {
        await using var database = await SyncedDatabase.CreateAsync();
        var random = new Random(seed);
        for (var i = 0; i < 4; i++)
            await WriteAsync(database, random, 0);
        DeltaDevice[] devices = [database.App(NewApp), database.App(NewApp, database.Worker)];
        for (var step = 0; step < 80; step++)
        {
            await WriteAsync(database, random, random.Next(10));
            foreach (var device in devices)
            {
                var pageSize = random.Next(1, 6);
                device.Server = random.Next(2) == 0 ? database.OldServer(pageSize) : database.NewServer(pageSize);
                device.Install(random.Next(3) switch { 0 => OldApp, 1 => NewApp, _ => [EntityType.Job, New] });
                // As often as not it leaves in the middle of a window.
                for (var pages = random.Next(6); pages > 0; pages--)
                    Assert.NotNull(await device.ReadAsync());
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
            Assert.Equal(Text(fresh), Text(device));
            await device.SyncAsync();
            Assert.Empty(device.Received);
        }
    }

    private static IEnumerable<string> Text(DeltaDevice device) =>
        device.Rows.OrderBy(row => row.Key).Select(row => row.Value.ToString());

    private static async Task WriteAsync(SyncedDatabase database, Random random, int what)
    {
        var job = $"(SELECT id FROM jobs ORDER BY md5(id::text || '{random.Next()}') LIMIT 1)";
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
