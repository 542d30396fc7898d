using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Sync;
using KhsCrm.SyncClient.Tests.Kit;

namespace KhsCrm.SyncClient.Tests.Store;

public sealed class LocalStoreTests
{
    [Fact]
    public async Task An_edit_that_fails_half_way_leaves_neither_row_nor_operation()
    {
        using var device = await TestDevice.OpenAsync();
        var row = Rows.Customer("Ada");
        await device.ApplyAsync(Rows.Checkpoint("c1", 0, Rows.Saved(row)));

        await Assert.ThrowsAsync<TimeoutException>(() => device.Store.WriteAsync(
            transaction =>
            {
                DeltaApplier.Apply(transaction, Rows.Checkpoint("c2", 0, Rows.Saved(Rows.Customer("Bea"))), default);
                throw new TimeoutException("The process ends here.");
            },
            TestDevice.Ct));

        Assert.Equal("c1", System.Text.Encoding.UTF8.GetString((await device.StateAsync()).Cursor!));
        Assert.Equal(row, Assert.Single((await device.Customers.ListAsync(cancellationToken: TestDevice.Ct)).Items));
    }

    [Fact]
    public async Task What_was_committed_is_there_after_opening_again()
    {
        using var device = await TestDevice.OpenAsync();
        var customer = await device.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, TestDevice.Ct);

        using var beside = device.OpenBeside();

        Assert.Equal(customer, await beside.Customers.GetAsync(customer.Id, TestDevice.Ct));
        Assert.Equal([OutboxState.Queued], await beside.StatesAsync());
    }

    [Fact]
    public async Task Another_process_can_edit_beside_and_is_noticed()
    {
        using var device = await TestDevice.OpenAsync();
        using var beside = device.OpenBeside();
        await device.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, TestDevice.Ct);
        Assert.False(await device.Store.NoticeOtherProcessesAsync(TestDevice.Ct));

        await beside.Customers.AddAsync(new() { Name = "Bea", Address = "There" }, TestDevice.Ct);

        Assert.True(await device.Store.NoticeOtherProcessesAsync(TestDevice.Ct));
        Assert.False(await device.Store.NoticeOtherProcessesAsync(TestDevice.Ct));
        Assert.Equal(["Ada", "Bea"], (await device.TakeAsync()).Select(operation => operation.Entity.Customer.Name));
    }

    [Fact]
    public async Task Two_processes_that_edit_at_once_both_succeed()
    {
        using var device = await TestDevice.OpenAsync();
        using var beside = device.OpenBeside();
        await Task.WhenAll(new[] { device, beside }.SelectMany(one => Enumerable.Range(0, 50).Select(
            index => one.Customers.AddAsync(new() { Name = $"Customer {index}", Address = "Here" }, TestDevice.Ct))));

        Assert.Equal(100, (await device.TakeAsync()).Count);
    }

    [Fact]
    public async Task One_client_at_a_time_syncs_a_folder()
    {
        using var device = await TestDevice.OpenAsync();
        using var beside = device.OpenBeside();

        using (device.Store.Folder.LockForSync())
            Assert.Throws<StoreInUseException>(() => beside.Store.Folder.LockForSync());
        beside.Store.Folder.LockForSync().Dispose();
    }

    [Fact]
    public async Task Nobody_else_may_read_the_files()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("File modes are Unix's.");
        else
        {
            using var device = await TestDevice.OpenAsync();
            await device.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, TestDevice.Ct);

            foreach (var file in Directory.GetFiles(device.Path, "khscrm.db*"))
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task A_store_of_a_newer_version_is_left_alone()
    {
        using var device = await TestDevice.OpenAsync();
        await device.Store.WriteAsync(transaction => transaction.Connection.Execute("PRAGMA user_version = 99"), TestDevice.Ct);

        var refused = Assert.Throws<KhsCrmException>(() => device.OpenBeside());

        Assert.Contains("Update the app", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_reaches_the_disk_before_it_is_answered()
    {
        using var device = await TestDevice.OpenAsync();

        var (mode, journal) = await device.Store.WriteAsync(
            transaction => (
                transaction.Connection.Prepare("PRAGMA synchronous").ExecuteScalar(),
                Text(transaction.Connection.Prepare("PRAGMA journal_mode"))),
            TestDevice.Ct);

        Assert.Equal((2L, "wal"), (mode, journal)); // 2 is FULL.
    }

    [Fact]
    public async Task A_key_without_a_build_of_sqlite_that_encrypts_is_refused_in_a_sentence()
    {
        using var folder = new TempFolder();

        var refused = await Assert.ThrowsAsync<KhsCrmException>(
            () => KhsCrmClient.OpenAsync(new() { DataFolder = folder.Path, EncryptionKey = "secret" }, TestDevice.Ct));

        Assert.Contains("no encryption", refused.Message, StringComparison.Ordinal);
        await (await KhsCrmClient.OpenAsync(new() { DataFolder = folder.Path }, TestDevice.Ct)).DisposeAsync();
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_left_alone_and_named()
    {
        using var folder = new TempFolder();
        var file = System.IO.Path.Combine(folder.Path, "khscrm.db");
        var content = string.Concat(Enumerable.Repeat("not a database, but what an encrypted one looks like ", 100));
        await File.WriteAllTextAsync(file, content, TestDevice.Ct);

        var refused = await Assert.ThrowsAsync<KhsCrmException>(
            () => KhsCrmClient.OpenAsync(new() { DataFolder = folder.Path }, TestDevice.Ct));

        Assert.Contains("encryption key", refused.Message, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(file, TestDevice.Ct));
    }

    [Fact]
    public async Task Indexes_wait_for_the_end_of_a_large_first_sync_and_are_all_there_after_it()
    {
        using var device = await TestDevice.OpenAsync();
        var before = await IndexesAsync(device);
        Assert.NotEmpty(before);
        var page = Rows.Delta("d1", Rows.Saved(Rows.Customer("Ada")));
        page.Progress = new() { Sent = 1, EstimatedTotal = 1_000_000 };

        await device.ApplyAsync(page);
        Assert.Empty(await IndexesAsync(device));
        using (var again = device.OpenBeside()) // The process ended meanwhile: it goes on where it was.
            Assert.Single((await again.Customers.ListAsync(new() { Search = "ada" }, TestDevice.Ct)).Items);
        await device.ApplyAsync(page);
        await device.ApplyAsync(Rows.Checkpoint("c1", 0));

        Assert.Equal(before, await IndexesAsync(device));
    }

    private static Task<List<string>> IndexesAsync(TestDevice device) => device.Store.ReadAsync(
        connection =>
        {
            var row = connection.Prepare("""
                SELECT name || ' ' || sql FROM sqlite_master
                WHERE type = 'index' AND sql IS NOT NULL AND tbl_name <> 'outbox' ORDER BY 1
                """);
            List<string> names = [];
            while (row.Step())
                names.Add(row.Text(0)!);
            return names;
        },
        TestDevice.Ct);

    private static string? Text(Statement statement)
    {
        statement.Step();
        var text = statement.Text(0);
        statement.Reset();
        return text;
    }
}
