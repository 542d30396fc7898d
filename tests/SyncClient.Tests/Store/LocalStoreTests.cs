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

    private static string? Text(Statement statement)
    {
        statement.Step();
        var text = statement.Text(0);
        statement.Reset();
        return text;
    }
}
