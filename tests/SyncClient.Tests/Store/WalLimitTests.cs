using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Tests.Kit;

namespace KhsCrm.SyncClient.Tests.Store;

public sealed class WalLimitTests
{
    private const int RowsOfDelta = 500;

    [Fact]
    public async Task The_WAL_stays_bounded_while_readers_never_pause()
    {
        using var device = await TestDevice.OpenAsync();
        var wal = new FileInfo(device.Store.Folder.DatabaseFile + "-wal");
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestDevice.Ct);
        // As many as the pool has, so that there is no moment without one.
        Task[] readers = [.. Enumerable.Range(0, 4).Select(_ => ReadAsync(device, enough.Token))];
        var notes = new string('n', 8_000);
        long longest = 0, written = 0;

        for (var number = 0; written < 3 * WalLimit.MaxBytes; number++)
        {
            var rows = Enumerable.Range(0, RowsOfDelta).Select(_ => Rows.Customer()).ToList();
            rows.ForEach(row => row.Notes = notes);
            await device.ApplyAsync(Rows.Delta($"c{number}", [.. rows.Select(Rows.Saved)]));
            written += RowsOfDelta * notes.Length;
            wal.Refresh();
            longest = Math.Max(longest, wal.Length);
        }

        await enough.CancelAsync();
        await Task.WhenAll(readers);
        // One delta may begin below the limit and end above it.
        Assert.InRange(longest, 1, WalLimit.MaxBytes + (4 * RowsOfDelta * notes.Length));
    }

    private static async Task ReadAsync(TestDevice device, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
            await device.Store.ReadAsync(connection => connection.Prepare("SELECT sum(length(server)) FROM customer").ExecuteScalar(), TestDevice.Ct);
    }
}
