namespace KhsCrm.SyncClient.Store;

/// <summary>Moves what the WAL holds into the file.</summary>
internal static class Checkpoint
{
    /// <summary>Empties the WAL.</summary>
    /// <returns>False when another connection still reads from it.</returns>
    public static bool TryTruncate(StoreConnection connection)
    {
        var row = connection.Prepare("PRAGMA wal_checkpoint(TRUNCATE)");
        var isDone = row.Step() && !row.Flag(0);
        row.Reset();
        return isDone;
    }
}
