using KhsCrm.V1;
using Xunit;
using static KhsCrm.Storage.Tests.Deltas.SyncedDatabase;

namespace KhsCrm.Storage.Tests.Deltas;

/// <summary>Promise 4: a worker's device holds its scope, no more and no less.</summary>
public sealed class WorkerScopeTests
{
    [Fact]
    public async Task A_gained_job_comes_with_its_subtree_and_a_lost_one_goes_with_it()
    {
        await using var database = await CreateAsync();
        var customer = await database.AddCustomerAsync();
        var job = await database.AddJobAsync(customer);
        await database.AddMaterialAsync(job);
        var device = database.Device(database.Worker);
        await device.SyncAsync();
        Assert.Empty(device.Ids(EntityType.Job).Concat(device.Ids(EntityType.Customer)).Concat(device.Ids(EntityType.Material)));

        await database.AssignAsync(job, database.Worker);
        await device.SyncAsync();
        await AssertScopeAsync(database, device);
        Assert.Single(device.Ids(EntityType.Material));

        await database.UnassignAsync(job, database.Worker);
        await device.SyncAsync();
        await AssertScopeAsync(database, device);
        Assert.Contains(device.Received, change => change.Withdrawn is { EntityType: EntityType.Job });
        Assert.DoesNotContain(device.Received, change => change.Deleted is not null);
    }

    [Fact]
    public async Task A_job_that_moves_brings_the_new_customer_and_withdraws_the_old()
    {
        await using var database = await CreateAsync();
        var (old, moved) = (await database.AddCustomerAsync("old"), await database.AddCustomerAsync("new"));
        var job = await database.AddJobAsync(old);
        await database.AssignAsync(job, database.Worker);
        var device = database.Device(database.Worker);
        await device.SyncAsync();

        await database.RunAsync($"UPDATE jobs SET customer_id = '{moved}'");
        await device.SyncAsync();

        Assert.Equal([moved.ToString()], device.Ids(EntityType.Customer));
    }

    [Fact]
    public async Task Nothing_of_a_stranger_is_ever_sent_and_of_colleagues_only_the_name()
    {
        await using var database = await CreateAsync();
        var mine = await database.AddJobAsync(await database.AddCustomerAsync());
        var theirs = await database.AddJobAsync(await database.AddCustomerAsync());
        await database.AssignAsync(mine, database.Worker);
        await database.AssignAsync(theirs, database.OtherWorker);
        var device = database.Device(database.Worker);
        await device.SyncAsync();
        await database.AddMaterialAsync(theirs);
        await database.RunAsync($"DELETE FROM jobs WHERE id = '{theirs}'");
        await device.SyncAsync();

        Assert.Empty(device.Received);
        Assert.Equal([mine.ToString()], device.Ids(EntityType.Job));
        Assert.All(
            device.Rows.Values.Where(row => row.User is not null && row.User.Id != database.Worker.ToString()),
            row => Assert.Equal("", row.User.Email));
    }

    /// <summary>Random assignments, moves, deletions and edits, with paging: after each step the device holds its scope exactly.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Random_histories_leave_exactly_the_scope(int seed)
    {
        var random = new Random(seed);
        await using var database = await CreateAsync();
        DeltaDevice[] devices = [database.Device(database.Worker), database.Device(database.Worker, pageSize: 3), database.Device(database.OtherWorker, pageSize: 2)];
        Guid[] users = [database.Worker, database.Worker, database.OtherWorker];
        List<Guid> customers = [await database.AddCustomerAsync(), await database.AddCustomerAsync()];
        List<Guid> jobs = [await database.AddJobAsync(customers[0])];
        for (var step = 0; step < 60; step++)
        {
            for (var writes = random.Next(1, 4); writes > 0; writes--)
                await WriteAsync(database, random, customers, jobs);
            for (var i = 0; i < devices.Length; i++)
            {
                if (random.Next(2) == 0)
                    continue;
                await devices[i].SyncAsync(_ => random.Next(4) == 0 ? WriteAsync(database, random, customers, jobs) : Task.CompletedTask);
                await devices[i].SyncAsync();
                await AssertScopeAsync(database, devices[i], users[i]);
            }
        }
    }

    private static async Task WriteAsync(SyncedDatabase database, Random random, List<Guid> customers, List<Guid> jobs)
    {
        var user = random.Next(2) == 0 ? database.Worker : database.OtherWorker;
        var job = jobs.Count == 0 ? Guid.Empty : jobs[random.Next(jobs.Count)];
        switch (random.Next(9))
        {
            case 0:
                customers.Add(await database.AddCustomerAsync());
                break;
            case 1:
                jobs.Add(await database.AddJobAsync(customers[random.Next(customers.Count)]));
                break;
            case 2 or 3 when job != Guid.Empty:
                await database.RunAsync($"INSERT INTO job_assignments (job_id, user_id) VALUES ('{job}', '{user}') ON CONFLICT DO NOTHING");
                break;
            case 4:
                await database.UnassignAsync(job, user);
                break;
            case 5 when job != Guid.Empty:
                await database.AddMaterialAsync(job);
                break;
            case 6:
                await database.RunAsync($"UPDATE jobs SET customer_id = '{customers[random.Next(customers.Count)]}' WHERE id = '{job}'");
                break;
            case 7:
                await database.RunAsync($"UPDATE customers SET notes = '{random.Next()}' WHERE id = '{customers[random.Next(customers.Count)]}'");
                break;
            case 8 when random.Next(3) == 0 && job != Guid.Empty:
                await database.RunAsync($"DELETE FROM jobs WHERE id = '{job}'");
                jobs.Remove(job);
                break;
        }
    }

    private static async Task AssertScopeAsync(SyncedDatabase database, DeltaDevice device, Guid? user = null)
    {
        var mine = $"SELECT job_id FROM job_assignments WHERE user_id = '{user ?? database.Worker}'";
        (EntityType Type, string Sql)[] scope =
        [
            (EntityType.Job, $"SELECT id FROM jobs WHERE id IN ({mine})"),
            (EntityType.Material, $"SELECT id FROM materials WHERE job_id IN ({mine})"),
            (EntityType.JobAssignment, $"SELECT id FROM job_assignments WHERE job_id IN ({mine})"),
            (EntityType.JobStatusHistory, $"SELECT id FROM job_status_history WHERE job_id IN ({mine})"),
            (EntityType.Customer, $"SELECT customer_id FROM jobs WHERE id IN ({mine})"),
            (EntityType.User, "SELECT id FROM users"),
        ];
        foreach (var (type, sql) in scope)
            Assert.Equal((await database.IdsAsync(sql)).Order(), device.Ids(type).Order());
    }
}
