using System.Globalization;
using KhsCrm.V1;
using Npgsql;
using Xunit;
using static KhsCrm.Storage.Tests.Deltas.SyncedDatabase;

namespace KhsCrm.Storage.Tests.Deltas;

/// <summary>
/// Promise 3: at a checkpoint a device holds a state that the database really had. Writers commit a job, its materials
/// and its assignment together, always, while a device pages; between their statements nothing below holds.
/// </summary>
public sealed class CheckpointTests
{
    private const int Writers = 3;
    private const int Materials = 4;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Holds_nothing_that_was_true_only_inside_a_transaction(bool isWorker)
    {
        await using var database = await CreateAsync();
        var customer = await database.AddCustomerAsync();
        await database.RunAsync(
            $"""
            INSERT INTO jobs (title, customer_id, created_by_id, notes) SELECT 'j', '{customer}', '{Owner}', 'first' FROM generate_series(1, 40);
            INSERT INTO materials (job_id, item_name, added_by_id, notes) SELECT id, 'n', '{Owner}', 'first' FROM jobs, generate_series(1, {Materials});
            INSERT INTO job_assignments (job_id, user_id) SELECT id, '{database.Worker}' FROM jobs
            """);
        // Each page that is read lets the writers commit a little, beside the read of the next: so they are always at it
        // and never faster than the device.
        using var permits = new SemaphoreSlim(0);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var writers = Enumerable.Range(0, Writers).Select(seed => WriteAsync(database, customer, seed, permits, stop.Token)).ToList();

        for (var checkpoint = 0; checkpoint < 6; checkpoint++)
        {
            var device = database.Device(isWorker ? database.Worker : null, pageSize: 60);
            for (var again = 0; again < 3; again++)
            {
                permits.Release(4);
                var pages = await device.SyncAsync(_ => Task.FromResult(permits.Release(3)));
                Assert.True(again > 0 || pages > 4, "Nothing was paged.");
                AssertReal(device);
            }

            Assert.All(writers, writer => Assert.False(writer.IsFaulted, writer.Exception?.ToString()));
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers.Select(writer => writer.ContinueWith(_ => { }, TaskScheduler.Default)));
        Assert.NotEqual(40, await database.ScalarAsync<long>("SELECT count(*) FROM jobs"));
    }

    [Fact]
    public async Task The_state_between_two_statements_would_be_noticed()
    {
        await using var database = await CreateAsync();
        await database.AddJobAsync(await database.AddCustomerAsync());
        var device = database.Device();
        await device.SyncAsync();

        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertReal(device));
    }

    private static void AssertReal(DeltaDevice device)
    {
        var materials = device.Rows.Values.Where(row => row.Material is not null).ToLookup(row => row.Material.JobId, row => row.Material.Notes);
        var assignments = device.Rows.Values.Where(row => row.JobAssignment is not null).ToLookup(row => row.JobAssignment.JobId);
        var jobs = device.Rows.Values.Where(row => row.Job is not null).Select(row => row.Job).ToList();
        foreach (var job in jobs)
        {
            Assert.Equal(Enumerable.Repeat(job.Notes, Materials), materials[job.Id]);
            Assert.Single(assignments[job.Id]);
            Assert.Contains((EntityType.Customer, job.CustomerId), device.Rows.Keys);
        }

        Assert.Subset(jobs.Select(job => job.Id).ToHashSet(), materials.Select(group => group.Key).ToHashSet());
        Assert.Subset(jobs.Select(job => job.Id).ToHashSet(), assignments.Select(group => group.Key).ToHashSet());
    }

    private static async Task WriteAsync(
        SyncedDatabase database, Guid customer, int seed, SemaphoreSlim permits, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        List<Guid> jobs = [];
        await using var connection = await database.DataSource.OpenConnectionAsync(cancellationToken);
        for (var i = 0; !cancellationToken.IsCancellationRequested; i++)
        {
            await permits.WaitAsync(cancellationToken);
            var token = string.Create(CultureInfo.InvariantCulture, $"{seed}-{i}");
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            if (jobs.Count < 5 || random.Next(3) == 0)
            {
                var job = Guid.CreateVersion7();
                jobs.Add(job);
                await RunAsync(connection, $"INSERT INTO jobs (id, title, customer_id, created_by_id, notes) VALUES ('{job}', 'j', '{customer}', '{Owner}', '{token}')", cancellationToken);
                await RunAsync(connection, $"INSERT INTO materials (job_id, item_name, added_by_id, notes) SELECT '{job}', 'n', '{Owner}', '{token}' FROM generate_series(1, {Materials})", cancellationToken);
                await RunAsync(connection, $"INSERT INTO job_assignments (job_id, user_id) VALUES ('{job}', '{database.Worker}')", cancellationToken);
            }
            else if (random.Next(5) == 0)
            {
                var job = jobs[random.Next(jobs.Count)];
                jobs.Remove(job);
                await RunAsync(connection, $"DELETE FROM jobs WHERE id = '{job}'", cancellationToken);
            }
            else
            {
                var job = jobs[random.Next(jobs.Count)];
                await RunAsync(connection, $"UPDATE materials SET notes = '{token}' WHERE job_id = '{job}'", cancellationToken);
                await RunAsync(connection, $"UPDATE jobs SET notes = '{token}' WHERE id = '{job}'", cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
