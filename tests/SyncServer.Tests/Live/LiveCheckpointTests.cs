using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.SyncServer.Tests.Scope;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Live;

/// <summary>
/// Promise 3 under load: transactions write a job, its materials and its assignment together, all with one mark, while
/// devices follow live. At every checkpoint a device shows each job with all that its last transaction wrote, and nothing
/// of another.
/// </summary>
public sealed class LiveCheckpointTests
{
    private const int Writers = 3;
    private const int Transactions = 40;
    private const int Materials = 3;

    [Fact]
    public async Task Every_checkpoint_is_a_state_that_the_database_had()
    {
        await using var server = await RunningServer.StartAsync(new() { ["Deltas:PageSize"] = "7", ["Live:QueueLength"] = "4" });
        var worker = await server.AddUserAsync("w@khscrm.com");
        var marker = $"{await server.AddUserAsync("marker@khscrm.com")}";
        await server.RunAsync("INSERT INTO customers (name, address) VALUES ('c', 'a')");
        using var owner = new RecordingDevice(server, "owner@khscrm.com", Guid.Parse(RunningServer.OwnerId));
        using var assigned = new RecordingDevice(server, "w@khscrm.com", worker);
        RecordingDevice[] devices = [owner, assigned];
        foreach (var device in devices)
            await device.ConnectAsync();

        var reading = Task.WhenAll(devices.Select(device => device.ReadToMarkerAsync(marker, "end", Check)));
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => WriteAsync(server, worker, writer)));
        await server.RunAsync($"UPDATE users SET name = 'end' WHERE id = '{marker}'");
        await reading;

        foreach (var device in devices)
            Assert.Equal((await PolicyScope.ReadAsync(server)).Rows[device.UserId].Order(), device.Rows.Keys.Order());
        Assert.Contains(owner.Rows.Keys, key => key.Type == EntityType.Job);
    }

    // Each writer has its own jobs, so that none waits for another.
    private static async Task WriteAsync(RunningServer server, Guid worker, int writer)
    {
        var random = new Random(writer);
        List<Guid> jobs = [];
        for (var i = 0; i < Transactions; i++)
        {
            var mark = $"{writer}.{i}";
            if (jobs.Count < 3 || random.Next(4) == 0)
            {
                var job = Guid.CreateVersion7();
                jobs.Add(job);
                await server.RunAsync(
                    $"""
                    BEGIN;
                    INSERT INTO jobs (id, title, customer_id, created_by_id, notes)
                        SELECT '{job}', 'j', id, '{RunningServer.OwnerId}', '{mark}' FROM customers LIMIT 1;
                    INSERT INTO materials (job_id, item_name, added_by_id, notes)
                        SELECT '{job}', 'm', '{RunningServer.OwnerId}', '{mark}' FROM generate_series(1, {Materials});
                    INSERT INTO job_assignments (job_id, user_id) VALUES ('{job}', '{worker}');
                    COMMIT
                    """);
            }
            else if (random.Next(5) == 0)
            {
                var job = jobs[random.Next(jobs.Count)];
                jobs.Remove(job);
                await server.RunAsync($"DELETE FROM jobs WHERE id = '{job}'");
            }
            else
            {
                var job = jobs[random.Next(jobs.Count)];
                await server.RunAsync(
                    $"""
                    BEGIN;
                    UPDATE materials SET notes = '{mark}' WHERE job_id = '{job}';
                    UPDATE jobs SET notes = '{mark}' WHERE id = '{job}';
                    COMMIT
                    """);
            }
        }
    }

    private static void Check(IReadOnlyDictionary<(EntityType Type, string Id), Entity> rows)
    {
        var materials = rows.Values.Where(row => row.Material is not null).ToLookup(row => row.Material.JobId, row => row.Material.Notes);
        var assigned = rows.Values.Where(row => row.JobAssignment is not null).Select(row => row.JobAssignment.JobId).ToHashSet();
        var jobs = rows.Values.Where(row => row.Job is not null).Select(row => row.Job).ToDictionary(job => job.Id);
        Assert.All(materials, job => Assert.Contains(job.Key, jobs.Keys));
        foreach (var job in jobs.Values)
        {
            Assert.Equal(Enumerable.Repeat(job.Notes, Materials), materials[job.Id]);
            Assert.Contains(job.Id, assigned);
        }
    }
}
