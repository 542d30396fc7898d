using Google.Protobuf;
using KhsCrm.SyncClient;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Verify;

/// <summary>
/// A device finds out whether it holds what the server has, and repairs what it does not and nothing else: the library
/// against the service.
/// </summary>
public sealed class VerifyTests
{
    private const string Password = "owner-demo-1";

    [Fact]
    public async Task A_store_that_is_as_it_should_be_gets_no_rows()
    {
        await using var server = await StartAsync();
        using var file = new StoreFile();

        var report = await VerifyAsync(server, file, "owner@khscrm.com");

        Assert.True(report.IsEqual);
        Assert.All(report.Entities, entity => Assert.Equal((0L, 0L, 0L), (entity.Differing, entity.Repaired, entity.Received)));
        Assert.Equal(
            [EntityType.User, EntityType.Customer, EntityType.Job, EntityType.JobAssignment, EntityType.Material, EntityType.JobStatusHistory],
            report.Entities.Select(entity => entity.EntityType));
        Assert.Equal(2_000, Of(report, EntityType.Customer).Compared);
    }

    [Fact]
    public async Task Rows_that_are_missing_too_many_old_or_unreadable_are_repaired_and_few_others_are_sent()
    {
        await using var server = await StartAsync();
        using var file = new StoreFile();
        await VerifyAsync(server, file, "owner@khscrm.com");
        var ids = await server.ScalarAsync<Guid[]>("SELECT array_agg(id ORDER BY name) FROM customers");
        var old = new Customer { Id = $"{ids[1]}", Name = "of last year", Address = "a", UpdatedAt = new() { Seconds = 1_700_000_000 } };
        var stranger = Guid.CreateVersion7();
        var strange = new Customer { Id = $"{stranger}", Name = "nobody", Address = "a", UpdatedAt = new() { Seconds = 1_700_000_000 } };
        Assert.Equal(1, file.Run("DELETE FROM customer WHERE id = $id", ("$id", Key(ids[0]))));
        Assert.Equal(1, file.Run("UPDATE customer SET server = $row WHERE id = $id", ("$id", Key(ids[1])), ("$row", old.ToByteArray())));
        Assert.Equal(1, file.Run("UPDATE customer SET server = x'FFFFFF' WHERE id = $id", ("$id", Key(ids[2]))));
        Assert.Equal(1, file.Run(
            """
            INSERT INTO customer (id, server, hidden, generation, name, is_archived, updated_at)
            SELECT $id, $row, 0, generation, 'nobody', 0, 0 FROM device
            """, ("$id", Key(stranger)), ("$row", strange.ToByteArray())));

        var report = await VerifyAsync(server, file, "owner@khscrm.com");

        var customers = Of(report, EntityType.Customer);
        Assert.Equal((2_000L, 4L, 4L, true), (customers.Compared, customers.Differing, customers.Repaired, customers.IsEqual));
        // Four buckets of about 64 rows; nothing of other tables.
        Assert.InRange(customers.Received, 3, 500);
        Assert.All(report.Entities.Where(entity => entity != customers), entity => Assert.Equal(0, entity.Received));
        await using var client = await OpenAsync(server, file);
        foreach (var id in ids[..3])
            Assert.Equal(await server.ScalarAsync<string>($"SELECT name FROM customers WHERE id = '{id}'"), (await client.Customers.GetAsync($"{id}", RunningServer.Cancellation)).Name);
        Assert.Null(await client.Customers.FindAsync($"{stranger}", RunningServer.Cancellation));
    }

    [Fact]
    public async Task A_small_table_is_one_bucket()
    {
        await using var server = await StartAsync();
        using var file = new StoreFile();
        await VerifyAsync(server, file, "owner@khscrm.com");
        file.Run("DELETE FROM job");

        var jobs = Of(await VerifyAsync(server, file, "owner@khscrm.com"), EntityType.Job);

        Assert.Equal((10L, 10L, 10L, true), (jobs.Compared, jobs.Repaired, jobs.Received, jobs.IsEqual));
    }

    [Fact]
    public async Task A_worker_compares_and_gets_the_scope_alone()
    {
        await using var server = await StartAsync();
        var worker = await server.AddUserAsync("w@khscrm.com");
        await server.RunAsync(
            $"""
            INSERT INTO job_assignments (job_id, user_id) SELECT id, '{worker}' FROM jobs ORDER BY id LIMIT 2;
            INSERT INTO materials (job_id, item_name, added_by_id) SELECT j.id, 'Nails', '{RunningServer.OwnerId}' FROM jobs j, generate_series(1, 100)
            """);
        using var file = new StoreFile();
        var before = await VerifyAsync(server, file, "w@khscrm.com");
        Assert.True(before.IsEqual);
        Assert.Equal((2L, 200L), (Of(before, EntityType.Job).Compared, Of(before, EntityType.Material).Compared));
        Assert.Equal(1, file.Run("DELETE FROM material WHERE id = (SELECT min(id) FROM material)"));

        var after = await VerifyAsync(server, file, "w@khscrm.com");

        var materials = Of(after, EntityType.Material);
        Assert.Equal((200L, 1L, true), (materials.Compared, materials.Repaired, materials.IsEqual));
        Assert.InRange(materials.Received, 1, 199);
    }

    [Fact]
    public async Task What_others_write_meanwhile_is_no_difference()
    {
        await using var server = await StartAsync();
        using var file = new StoreFile();
        using var done = new CancellationTokenSource();
        var writer = Task.Run(async () =>
        {
            for (var i = 0; !done.IsCancellationRequested; i++)
            {
                await server.RunAsync(
                    $"""
                    UPDATE customers SET notes = '{i}' WHERE id IN (SELECT id FROM customers ORDER BY md5(id::text || '{i}') LIMIT 20);
                    INSERT INTO customers (name, address) VALUES ('new {i}', 'a');
                    DELETE FROM customers WHERE id IN (SELECT id FROM customers ORDER BY md5('{i}' || id::text) LIMIT 1)
                        AND NOT EXISTS (SELECT FROM jobs WHERE customer_id = customers.id)
                    """);
            }
        }, RunningServer.Cancellation);

        for (var i = 0; i < 5; i++)
        {
            var report = await VerifyAsync(server, file, "owner@khscrm.com");
            Assert.True(report.IsEqual, $"{report.Entities.FirstOrDefault(entity => !entity.IsEqual)}");
            Assert.Equal(0, report.Repaired);
        }

        await done.CancelAsync();
        await writer;
    }

    [Fact]
    public async Task An_edit_that_waits_is_pushed_first_and_not_lost()
    {
        await using var server = await StartAsync();
        using var file = new StoreFile();
        await VerifyAsync(server, file, "owner@khscrm.com");
        var id = await server.ScalarAsync<Guid>("SELECT id FROM customers ORDER BY name LIMIT 1");
        await using (var client = await OpenAsync(server, file))
        {
            await client.Customers.UpdateAsync($"{id}", row => row.Notes = "mine", cancellationToken: RunningServer.Cancellation);
        }

        var old = new Customer { Id = $"{id}", Name = "old", Address = "a", UpdatedAt = new() { Seconds = 1_700_000_000 } };
        file.Run("UPDATE customer SET server = $row WHERE id = $id", ("$id", Key(id)), ("$row", old.ToByteArray()));

        var report = await VerifyAsync(server, file, "owner@khscrm.com");

        Assert.True(report.IsEqual);
        await using var reopened = await OpenAsync(server, file);
        Assert.Equal("mine", (await reopened.Customers.GetAsync($"{id}", RunningServer.Cancellation)).Notes);
        Assert.Equal("mine", await server.ScalarAsync<string>($"SELECT notes FROM customers WHERE id = '{id}'"));
    }

    private static async Task<RunningServer> StartAsync()
    {
        var server = await RunningServer.StartAsync(new() { ["Limits:PasswordsPerAccount"] = "1000" });
        await server.RunAsync(
            $"""
            INSERT INTO customers (name, address) SELECT 'customer ' || lpad(i::text, 5, '0'), 'a' FROM generate_series(1, 2000) i;
            INSERT INTO jobs (title, customer_id, created_by_id) SELECT name, id, '{RunningServer.OwnerId}' FROM customers ORDER BY name LIMIT 10
            """);
        return server;
    }

    private static Task<KhsCrmClient> OpenAsync(RunningServer server, StoreFile file) => KhsCrmClient.OpenAsync(
        new KhsCrmClientOptions { DataFolder = file.Folder, ServerAddress = server.Address }, RunningServer.Cancellation);

    private static async Task<VerifyReport> VerifyAsync(RunningServer server, StoreFile file, string email)
    {
        await using var client = await OpenAsync(server, file);
        await client.SignInAsync(email, Password, RunningServer.Cancellation);
        return await client.VerifyAsync(RunningServer.Cancellation);
    }

    private static EntityVerification Of(VerifyReport report, EntityType type) =>
        report.Entities.Single(entity => entity.EntityType == type);

    private static byte[] Key(Guid id) => id.ToByteArray(bigEndian: true);
}
