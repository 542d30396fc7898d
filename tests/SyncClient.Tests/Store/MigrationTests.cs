using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Tests.Kit;
using Microsoft.Data.Sqlite;

namespace KhsCrm.SyncClient.Tests.Store;

/// <summary>A store that an earlier version of the library wrote is brought up to date, and nothing in it is lost.</summary>
public sealed class MigrationTests
{
    private const string Ada = "01900000-0000-7000-8000-0000000000c1";

    [Fact]
    public async Task A_store_of_version_1_keeps_its_rows_its_outbox_and_its_conflicts()
    {
        using var folder = new TempFolder();
        await WriteVersion1Async(folder.Path);

        await using var client = await KhsCrmClient.OpenAsync(new() { DataFolder = folder.Path }, TestDevice.Ct);

        Assert.Equal("Olga", (await client.GetDeviceAsync(TestDevice.Ct)).User!.Name);
        Assert.Equal("Ada Lovelace", (await client.Customers.GetAsync(Ada, TestDevice.Ct)).Name);
        var operation = Assert.Single(await client.Outbox.ListAsync(cancellationToken: TestDevice.Ct));
        Assert.Equal((OutboxState.Queued, "Ada Lovelace"), (operation.State, operation.Operation.Entity.Customer.Name));
        var conflict = Assert.Single(await client.Outbox.ListConflictsAsync(TestDevice.Ct));
        Assert.Equal(("Zoey", 1_700_000_005), (conflict.Theirs!.Customer.Name, conflict.QueuedAt.ToUnixTimeSeconds()));
    }

    [Fact]
    public async Task What_queries_look_at_is_taken_anew_from_the_rows()
    {
        using var folder = new TempFolder();
        await WriteVersion1Async(folder.Path);

        await using var client = await KhsCrmClient.OpenAsync(new() { DataFolder = folder.Path }, TestDevice.Ct);

        // Words are a thing of version 2, and the row that a person sees is the edited one.
        Assert.Equal(Ada, Assert.Single((await client.Customers.ListAsync(new() { Search = "lane love" }, TestDevice.Ct)).Items).Id);
        Assert.Empty((await client.Customers.ListAsync(new() { Search = "ovelace" }, TestDevice.Ct)).Items);
        using var store = LocalStore.Open(new StoreFolder(folder.Path), null, TimeSpan.FromSeconds(30));
        Assert.Equal(
            1_700_000_002_000_000,
            await store.ReadAsync(connection => connection.Prepare("SELECT created_at FROM job").ExecuteScalar(), TestDevice.Ct));
    }

    [Fact]
    public async Task A_migrated_store_has_the_schema_of_a_new_one()
    {
        using var older = new TempFolder();
        using var newer = new TempFolder();
        await WriteVersion1Async(older.Path);

        Assert.Equal(await SchemaAsync(newer.Path), await SchemaAsync(older.Path));
    }

    [Fact]
    public async Task A_resync_that_was_under_way_goes_on_for_every_kind()
    {
        using var folder = new TempFolder();
        await WriteVersion1Async(folder.Path, "UPDATE device SET is_resyncing = 1, generation = 3");

        using var store = LocalStore.Open(new StoreFolder(folder.Path), null, TimeSpan.FromSeconds(30));

        Assert.Equal(
            RowTables.All.Count,
            await store.ReadAsync(
                connection => RowTables.All.Count(table => KindsAnewTable.Find(connection, table.Type) == 3), TestDevice.Ct));
    }

    private static async Task<List<string>> SchemaAsync(string folder)
    {
        using var store = LocalStore.Open(new StoreFolder(folder), null, TimeSpan.FromSeconds(30));
        return await store.ReadAsync(
            connection =>
            {
                List<string> parts = [$"version {StoreSchema.Latest}"];
                var row = connection.Prepare("SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master ORDER BY 1");
                while (row.Step())
                    parts.Add(row.Text(0)!);
                return parts;
            },
            TestDevice.Ct);
    }

    private static async Task WriteVersion1Async(string folder, string more = "")
    {
        using var reader = new StreamReader(typeof(MigrationTests).Assembly.GetManifestResourceStream("version1.sql")!);
        var sql = await reader.ReadToEndAsync(TestDevice.Ct);
        await using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = new StoreFolder(folder).DatabaseFile, Pooling = false }.ToString());
        await connection.OpenAsync(TestDevice.Ct);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // A file of these tests.
        command.CommandText = sql + more;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(TestDevice.Ct);
    }
}
