using KhsCrm.Storage.Deltas;
using KhsCrm.V1;
using Microsoft.Extensions.Options;
using Xunit;
using static KhsCrm.Storage.Tests.Deltas.SyncedDatabase;

namespace KhsCrm.Storage.Tests.Deltas;

/// <summary>Windows of more than a page.</summary>
public sealed class PagingTests
{
    [Fact]
    public async Task A_large_window_comes_in_pages_and_ends_at_a_checkpoint_with_everything()
    {
        await using var database = await CreateAsync();
        var customer = await database.AddCustomerAsync();
        var job = await database.AddJobAsync(customer);
        await database.RunAsync(
            $"INSERT INTO materials (job_id, item_name, added_by_id) SELECT '{job}', 'n' || i, '{Owner}' FROM generate_series(1, 57) i");
        var device = database.Device(pageSize: 10);

        var pages = await device.SyncAsync();

        Assert.True(pages >= 6, $"{pages} pages");
        Assert.Equal(57, device.Ids(EntityType.Material).Count());
        Assert.Equal(device.Received.Count, device.Rows.Count);
        var times = device.Received.Select(change => TimeOf(change.Entity)).ToList();
        Assert.Equal(times.Order(), times);
    }

    [Fact]
    public async Task Rows_of_two_tables_with_one_id_and_one_time_both_arrive_over_a_page_boundary()
    {
        await using var database = await CreateAsync();
        var id = Guid.CreateVersion7();
        await database.RunAsync(
            $"""
            INSERT INTO customers (id, name, address, updated_at) VALUES ('{id}', 'c', 'a', '2026-01-01');
            INSERT INTO jobs (id, title, customer_id, created_by_id, updated_at) VALUES ('{id}', 'j', '{id}', '{Owner}', '2026-01-01');
            """);
        var device = database.Device(pageSize: 1);

        await device.SyncAsync();

        Assert.Contains((EntityType.Customer, id.ToString()), device.Rows.Keys);
        Assert.Contains((EntityType.Job, id.ToString()), device.Rows.Keys);
    }

    [Fact]
    public async Task A_row_that_changes_while_its_window_is_paged_arrives_as_it_is_at_the_checkpoint()
    {
        await using var database = await CreateAsync();
        await database.RunAsync("INSERT INTO customers (name, address) SELECT 'c' || i, 'a' FROM generate_series(1, 30) i");
        var device = database.Device(pageSize: 5);

        await device.SyncAsync(page => database.RunAsync(
            $"UPDATE customers SET notes = coalesce(notes, '') || '{page % 10}' WHERE name IN ('c30', 'c1') AND length(coalesce(notes, '')) < 4"));

        var expected = await database.ScalarAsync<string>("SELECT string_agg(notes, ',' ORDER BY name) FROM customers WHERE notes IS NOT NULL");
        var actual = string.Join(',', device.Rows.Values.Where(row => row.Customer?.HasNotes == true)
            .OrderBy(row => row.Customer.Name, StringComparer.Ordinal).Select(row => row.Customer.Notes));
        Assert.Equal(expected, actual);
        Assert.Equal(30, device.Ids(EntityType.Customer).Count());
    }

    [Fact]
    public async Task A_row_deleted_while_its_window_is_paged_is_gone_at_the_checkpoint()
    {
        await using var database = await CreateAsync();
        await database.RunAsync("INSERT INTO customers (name, address) SELECT 'c' || i, 'a' FROM generate_series(1, 20) i");
        var device = database.Device(pageSize: 5);

        await device.SyncAsync(page => page == 3 ? database.RunAsync("DELETE FROM customers WHERE name IN ('c1', 'c20')") : Task.CompletedTask);

        Assert.Equal(await database.IdsAsync("SELECT id FROM customers"), device.Ids(EntityType.Customer).ToHashSet());
    }

    [Theory]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(20)]
    public async Task A_window_of_about_a_page_arrives_whole_and_ends_at_a_checkpoint(int rows)
    {
        await using var database = await CreateAsync();
        await database.RunAsync($"INSERT INTO customers (name, address) SELECT 'c' || i, 'a' FROM generate_series(1, {rows}) i");
        var device = database.Device(null, pageSize: 10, EntityType.Customer);

        var pages = await device.SyncAsync();

        Assert.InRange(pages, 1, (rows / 10) + 3);
        Assert.Equal(await database.IdsAsync("SELECT id FROM customers"), device.Ids(EntityType.Customer).ToHashSet());
        Assert.Equal(rows, device.Received.Count);
    }

    [Fact]
    public async Task Progress_ascends_to_its_total()
    {
        await using var database = await CreateAsync();
        await database.RunAsync("INSERT INTO customers (name, address) SELECT 'c' || i, 'a' FROM generate_series(1, 40) i");
        var device = database.Device(pageSize: 10);
        long sent = 0;
        Delta delta;
        do
        {
            delta = (await device.ReadAsync())!;
            Assert.True(delta.Progress.Sent >= sent && delta.Progress.EstimatedTotal >= delta.Progress.Sent);
            sent = delta.Progress.Sent;
        }
        while (!delta.Checkpoint);

        Assert.Equal(device.Received.Count, sent);
        Assert.Equal(sent, delta.Progress.EstimatedTotal);
    }

    [Fact]
    public async Task A_delta_of_large_rows_stays_below_its_bytes()
    {
        await using var database = await CreateAsync();
        await database.RunAsync("INSERT INTO customers (name, address, notes) SELECT 'c' || i, 'a', repeat('x', 90000) FROM generate_series(1, 60) i");
        var device = database.Device();
        Delta delta;
        do
        {
            delta = (await device.ReadAsync())!;
            Assert.InRange(delta.CalculateSize(), 0, new DeltaOptions().PageBytes + 91_000);
        }
        while (!delta.Checkpoint);

        Assert.Equal(60, device.Ids(EntityType.Customer).Count());
    }

    /// <summary>
    /// The database goes by the text of an entry's details, which on the wire take up to four times as much when they are
    /// numbers: still no delta passes what a gRPC client takes by default.
    /// </summary>
    [Fact]
    public async Task No_delta_is_larger_than_a_client_takes()
    {
        await using var database = await CreateAsync();
        await database.RunAsync(
            $$"""
            INSERT INTO activity_logs (entity_type, entity_id, action, user_id, details)
            SELECT 'numbers', gen_random_uuid(), 'x', '{{Owner}}', (SELECT jsonb_build_object('n', jsonb_agg(1)) FROM generate_series(1, 100000))
            FROM generate_series(1, 8);
            INSERT INTO activity_logs (entity_type, entity_id, action, user_id, details)
            SELECT 'text', gen_random_uuid(), 'x', '{{Owner}}', jsonb_build_object('text', repeat('x', 1999000)) FROM generate_series(1, 3)
            """);
        var options = Options.Create(new DeltaOptions { PageBytes = 2_097_152 });
        var device = new DeltaDevice(
            new DeltaReader(database.DataSource, options), new DeltaScope(Owner, Role.Owner, null, [EntityType.ActivityLog]));
        Delta delta;
        do
        {
            delta = (await device.ReadAsync())!;
            Assert.InRange(delta.CalculateSize(), 0, 4_194_304);
        }
        while (!delta.Checkpoint);

        Assert.Equal(await database.IdsAsync("SELECT id FROM activity_logs"), device.Ids(EntityType.ActivityLog).ToHashSet());
    }

    /// <summary>What is read is what is sent: the rest of 40 MB of long texts stays in the database.</summary>
    [Fact]
    public async Task A_page_fetches_no_more_rows_than_it_sends()
    {
        await using var database = await CreateAsync();
        var customer = await database.AddCustomerAsync();
        await database.RunAsync(
            $"""
            INSERT INTO customers (name, address, notes) SELECT 'c' || i, 'a', repeat('x', 90000) FROM generate_series(1, 150) i;
            INSERT INTO jobs (title, customer_id, created_by_id, notes)
            SELECT 'j' || i, '{customer}', '{Owner}', repeat('x', 90000) FROM generate_series(1, 300) i
            """);
        await using var connection = await database.DataSource.OpenConnectionAsync(Cancellation);
        var scope = new DeltaScope(Owner, Role.Owner, null, []);
        var window = new Window(scope, null, new DeltaOptions { PageBytes = 1_048_576 });

        var read = await window.ReadAsync(connection, Cancellation);

        Assert.InRange(read.Page.Length, 1_048_576, 1_048_576 + 91_000);
        Assert.NotNull(read.Page.Last);
    }

    [Fact]
    public async Task Any_number_of_withdrawals_comes_in_pages()
    {
        await using var database = await CreateAsync();
        await database.RunAsync(
            $"""
            INSERT INTO customers (name, address) SELECT 'c' || i, 'a' FROM generate_series(1, 25) i;
            INSERT INTO jobs (title, customer_id, created_by_id) SELECT 'j', id, '{Owner}' FROM customers;
            INSERT INTO materials (job_id, item_name, added_by_id) SELECT id, 'n', '{Owner}' FROM jobs;
            INSERT INTO job_assignments (job_id, user_id) SELECT id, '{database.Worker}' FROM jobs
            """);
        var device = database.Device(database.Worker, pageSize: 10);
        await device.SyncAsync();
        Assert.Equal(25, device.Ids(EntityType.Material).Count());

        await database.RunAsync("DELETE FROM job_assignments");
        await device.SyncAsync(page => page == 2 ? database.AddCustomerAsync() : Task.CompletedTask);

        Assert.All(device.Rows.Keys, key => Assert.Equal(EntityType.User, key.Type));
        Assert.True(device.LargestDelta <= 10, $"{device.LargestDelta} changes in a delta");
    }

    [Fact]
    public async Task Entries_of_the_trail_older_than_a_device_keeps_are_not_sent()
    {
        await using var database = await CreateAsync();
        await database.RunAsync(
            $"""
            INSERT INTO activity_logs (entity_type, entity_id, action, user_id, created_at)
            SELECT 'x', gen_random_uuid(), 'd' || i, '{Owner}', now() - i * interval '1 day' FROM unnest(ARRAY[1, 89, 91, 400]) i
            """);
        var device = database.Device(null, 1_000, EntityType.ActivityLog);
        await device.SyncAsync();
        await database.RunAsync(
            $"""
            INSERT INTO activity_logs (entity_type, entity_id, action, user_id, created_at)
            VALUES ('x', gen_random_uuid(), 'late and old', '{Owner}', now() - interval '1 year')
            """);
        await device.SyncAsync();

        Assert.Equal(
            ["d1", "d89"], device.Rows.Values.Where(row => row.ActivityLog.EntityType == "x").Select(row => row.ActivityLog.Action).Order());
    }

    private static DateTime TimeOf(Entity row) => (row.Customer?.UpdatedAt ?? row.Job?.UpdatedAt ?? row.User?.UpdatedAt
        ?? row.Material?.UpdatedAt ?? row.JobStatusHistory?.ChangedAt ?? row.JobAssignment.AssignedAt).ToDateTime();
}
