using KhsCrm.SyncClient.Tests.Kit;
using KhsCrm.V1;
using Microsoft.Data.Sqlite;

namespace KhsCrm.SyncClient.Tests.Store;

/// <summary>Each error says what is the matter, with a reason of its own.</summary>
public sealed class StoreErrorTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_malformed_file_is_a_damaged_store()
    {
        using var folder = new TempFolder();
        await using (var client = await KhsCrmClient.OpenAsync(new() { DataFolder = folder.Path }, Ct))
        {
        }

        Damage(Path.Combine(folder.Path, "khscrm.db"));

        var failure = await Assert.ThrowsAsync<KhsCrmException>(() => UseAsync(folder.Path));

        Assert.Equal(ErrorReason.StoreDamaged, failure.Reason);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_not_accessible()
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "file");
        await File.WriteAllTextAsync(file, "", Ct);

        var failure = await Assert.ThrowsAsync<KhsCrmException>(
            () => KhsCrmClient.OpenAsync(new() { DataFolder = Path.Combine(file, "store") }, Ct));

        Assert.Equal(ErrorReason.StoreNotAccessible, failure.Reason);
    }

    [Theory]
    [InlineData(SQLitePCL.raw.SQLITE_FULL, ErrorReason.DiskFull)]
    [InlineData(SQLitePCL.raw.SQLITE_CORRUPT, ErrorReason.StoreDamaged)]
    [InlineData(SQLitePCL.raw.SQLITE_READONLY, ErrorReason.StoreNotAccessible)]
    [InlineData(SQLitePCL.raw.SQLITE_CANTOPEN, ErrorReason.StoreNotAccessible)]
    [InlineData(SQLitePCL.raw.SQLITE_BUSY, ErrorReason.StoreBusy)]
    public async Task Whatever_SQLite_meets_has_a_reason(int code, ErrorReason reason)
    {
        using var device = await TestDevice.OpenAsync();

        var onWrite = await Assert.ThrowsAsync<KhsCrmException>(
            () => device.Store.WriteAsync(_ => throw new SqliteException("met", code), Ct));
        var onRead = await Assert.ThrowsAsync<KhsCrmException>(
            () => device.Store.ReadAsync<int>(_ => throw new SqliteException("met", code), Ct));

        Assert.Equal((reason, reason), (onWrite.Reason, onRead.Reason));
    }

    [Fact]
    public async Task A_full_disk_is_told_and_the_edit_is_made_once_there_is_room()
    {
        using var device = await TestDevice.OpenAsync();
        await device.Store.WriteAsync(
            transaction => transaction.Connection.Execute(
                $"PRAGMA max_page_count = {transaction.Connection.Prepare("PRAGMA page_count").ExecuteScalar()}"),
            Ct);

        var failure = await Assert.ThrowsAsync<KhsCrmException>(
            () => device.Customers.AddAsync(new() { Name = "Ada", Address = "Here", Notes = new string('n', 5_000) }, Ct));

        Assert.Equal(ErrorReason.DiskFull, failure.Reason);
        await device.Store.WriteAsync(transaction => transaction.Connection.Execute("PRAGMA max_page_count = 1000000"), Ct);
        await device.Customers.AddAsync(new() { Name = "Ada", Address = "Here", Notes = new string('n', 5_000) }, Ct);
    }

    [Fact]
    public async Task A_search_that_is_too_long_is_refused_and_a_long_one_works()
    {
        using var device = await TestDevice.OpenAsync();
        await device.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, Ct);

        var failure = await Assert.ThrowsAsync<KhsCrmException>(
            () => device.Customers.ListAsync(new() { Search = string.Join(' ', Enumerable.Range(0, 1_100)) }, Ct));

        Assert.Equal(ErrorReason.FieldInvalid, failure.Reason);
        Assert.Empty((await device.Customers.ListAsync(new() { Search = string.Join(' ', Enumerable.Range(0, 100)) }, Ct)).Items);
    }

    [Theory]
    [InlineData(null, "secret")]
    [InlineData("olga@khscrm.com", null)]
    [InlineData("", "secret")]
    public async Task Signing_in_without_a_name_or_a_password_is_refused(string? email, string? password)
    {
        using var folder = new TempFolder();
        await using var client = await KhsCrmClient.OpenAsync(new() { DataFolder = folder.Path, ServerAddress = "http://127.0.0.1:1" }, Ct);

        var failure = await Assert.ThrowsAsync<KhsCrmException>(() => client.SignInAsync(email!, password!, Ct));

        Assert.Equal(ErrorReason.InvalidCredentials, failure.Reason);
    }

    [Fact]
    public async Task Cancelling_stops_a_query_and_leaves_the_others_alone()
    {
        using var device = await TestDevice.OpenAsync();
        await device.Customers.AddAsync(new() { Name = "Ada", Address = "Here" }, Ct);
        using var cancelling = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var endless = device.Store.ReadAsync(
            connection =>
            {
                begun.SetResult();
                return connection.Prepare(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n").ExecuteScalar();
            },
            cancelling.Token);
        await begun.Task.WaitAsync(ScriptedServer.Hung, Ct);
        Assert.Single((await device.Customers.ListAsync(cancellationToken: Ct)).Items); // Beside it.

        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => endless.WaitAsync(ScriptedServer.Hung, Ct));
        Assert.Single((await device.Customers.ListAsync(cancellationToken: Ct)).Items);
    }

    [Fact]
    public async Task Space_of_withdrawn_rows_is_given_back()
    {
        using var device = await TestDevice.OpenAsync();
        var rows = Enumerable.Range(0, 20_000).Select(_ => Rows.Customer(new string('a', 200))).ToList();
        await device.ApplyAsync(Rows.Checkpoint("c1", 0, [.. rows.Select(Rows.Saved)]));
        await device.ApplyAsync(Rows.Checkpoint("c2", 0, [.. rows.Skip(2_000).Select(row => Rows.Withdrawn(EntityType.Customer, row.Id))]));
        var before = await PagesAsync();

        while (await device.Store.CompactAsync(Ct))
        {
        }

        Assert.True(await PagesAsync() < before / 2);
        async Task<long> PagesAsync() =>
            await device.Store.ReadAsync(connection => connection.Prepare("PRAGMA page_count").ExecuteScalar() ?? 0, Ct);
    }

    private static async Task UseAsync(string folder)
    {
        await using var client = await KhsCrmClient.OpenAsync(new() { DataFolder = folder }, Ct);
        await client.GetDeviceAsync(Ct);
    }

    private static void Damage(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        stream.Position = 100;
        stream.Write(new byte[stream.Length - 100]);
    }
}
