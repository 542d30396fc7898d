using Microsoft.Data.Sqlite;

namespace KhsCrm.SyncClient.Store;

/// <summary>
/// Keeps the WAL from growing without end. SQLite begins it anew only when no reader uses it, which during a first sync beside
/// a busy app is never: when it has grown too long, readers wait for the moment that it takes to empty it.
/// </summary>
internal sealed class WalLimit(StoreFolder folder, StoreConnection writer, ReaderPool readers)
{
    /// <summary>How long the WAL may become before readers have to wait.</summary>
    public const long MaxBytes = 64 * 1024 * 1024;

    private readonly FileInfo _file = new(folder.DatabaseFile + "-wal");
    private long _nextTry = MaxBytes;

    /// <summary>Looks after a commit.</summary>
    public void Keep()
    {
        _file.Refresh();
        if (!_file.Exists || _file.Length < _nextTry)
            return;
        try
        {
            // Most of it beside the readers, so that they wait for the rest only.
            writer.Prepare("PRAGMA wal_checkpoint(PASSIVE)").Execute();
            using (readers.HoldAll())
                _nextTry = Checkpoint.TryTruncate(writer) ? MaxBytes : _file.Length + MaxBytes;
        }
        catch (SqliteException)
        {
            // The commit itself is done. Another process reads: later.
            _nextTry = _file.Length + MaxBytes;
        }
    }
}
