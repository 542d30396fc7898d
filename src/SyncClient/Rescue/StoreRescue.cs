using KhsCrm.SyncClient.Outbox;
using KhsCrm.SyncClient.Overlay;
using KhsCrm.SyncClient.Sessions;
using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Sync;

namespace KhsCrm.SyncClient.Rescue;

/// <summary>
/// Puts a damaged file aside and begins a new one with what only the device has: its edits, who it is and who is signed in. The
/// rows come from the server again.
/// </summary>
internal static class StoreRescue
{
    private static readonly string[] Copied = ["session", "ended_session"];

    /// <summary>Rescues a folder that nobody else has open.</summary>
    public static async Task<RescueReport> RunAsync(StoreFolder folder, KhsCrmClientOptions options, CancellationToken cancellationToken)
    {
        using var syncLock = folder.LockForSync();
        var damaged = PutAside(folder, options.TimeProvider.GetUtcNow());
        // An empty file again, that nobody else may read.
        using var store = LocalStore.Open(new StoreFolder(folder.Path), options.EncryptionKey, options.BusyTimeout);
        using var source = DamagedFile.Open(damaged, options.EncryptionKey);
        return await store.WriteAsync(
            transaction => Copy(source, transaction, damaged, options.TimeProvider), cancellationToken).ConfigureAwait(false);
    }

    private static RescueReport Copy(DamagedFile source, WriteTransaction transaction, string file, TimeProvider time)
    {
        var target = transaction.Connection;
        var hasDevice = source.Copy("device", target) > 0;
        foreach (var table in Copied)
            source.Copy(table, target);
        if (hasDevice)
        {
            // The numbers stay: by them the server knows what it has had. The rows do not, so the cursor must not.
            (DeviceState.Read(target) with { Cursor = null, CheckpointClientSeq = 0, IsResyncing = false, LastCheckpointAt = null })
                .Write(target);
        }
        else
        {
            DeviceState.New(Guid.CreateVersion7(time.GetUtcNow())).Write(target);
        }

        var (saved, lost) = source.CopyOutbox(target);
        source.Copy("conflict", target);
        var entries = OutboxTable.List(target, null, 0, int.MaxValue);
        // Whose edits they are is known by the edits too: nobody else may take the folder over them.
        if (DeviceState.Read(target) is { OwnerId: null } device && entries.Count > 0)
            (device with { OwnerId = entries[0].UserId }).Write(target);
        if (!hasDevice)
            StreamOpening.BecomeNewDevice(transaction, Guid.CreateVersion7(time.GetUtcNow()));
        foreach (var entry in entries)
            RowWriter.Recompute(target, entry.Table, entry.RowId);
        return new(saved, lost, SessionState.TryRead(target) is not null, file);
    }

    private static string PutAside(StoreFolder folder, DateTimeOffset now)
    {
        var target = $"{folder.DatabaseFile}.damaged-{now:yyyyMMddHHmmss}";
        try
        {
            File.Move(folder.DatabaseFile, target);
            // What was committed last is in the WAL. The index of the WAL is made anew.
            if (File.Exists(folder.DatabaseFile + "-wal"))
                File.Move(folder.DatabaseFile + "-wal", target + "-wal");
            File.Delete(folder.DatabaseFile + "-shm");
            return target;
        }
        catch (Exception exception) when (StoreErrors.IsOfStore(exception))
        {
            throw StoreErrors.Translate(exception, folder.Path);
        }
    }
}
