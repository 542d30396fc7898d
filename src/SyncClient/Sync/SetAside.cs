using KhsCrm.Contracts.Entities;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using SQLitePCL;

namespace KhsCrm.SyncClient.Sync;

/// <summary>
/// Sets aside what this device cannot store: one row with an id that is none must not end the sync of all others. It is counted
/// in the status, and <see cref="KhsCrmClient.VerifyAsync"/> fetches it again.
/// </summary>
internal sealed class SetAside(WriteTransaction transaction, ILogger logger)
{
    private bool _isEmpty = SetAsideTable.Count(transaction.Connection) == 0;

    /// <summary>Stores a change, or sets its row aside.</summary>
    public void Guard(Change change, Action<Change> store)
    {
        try
        {
            store(change);
        }
        catch (Exception exception) when (IsOfRow(exception))
        {
            var (type, id) = RowOf(change);
            // What cannot be here need not be removed.
            if (change.ChangeCase != Change.ChangeOneofCase.Entity)
            {
                SetAsideTable.Remove(transaction.Connection, type, id);
                return;
            }

            SyncLog.SetAside(logger, exception, type);
            SetAsideTable.Add(transaction.Connection, type, id);
            _isEmpty = false;
            return;
        }

        if (_isEmpty)
            return;
        var (storedType, storedId) = RowOf(change);
        SetAsideTable.Remove(transaction.Connection, storedType, storedId);
    }

    // What fails because of the row, and not because of the disk: that is tried again as a whole.
    private static bool IsOfRow(Exception exception) => exception is SqliteException failure
        ? failure.SqliteErrorCode is raw.SQLITE_CONSTRAINT or raw.SQLITE_TOOBIG or raw.SQLITE_MISMATCH or raw.SQLITE_RANGE
        : exception is not OutOfMemoryException;

    private static (EntityType Type, string Id) RowOf(Change change) => change.ChangeCase switch
    {
        Change.ChangeOneofCase.Entity when EntityKinds.Of(change.Entity) is { } kind => (kind.Type, kind.GetId(change.Entity)),
        Change.ChangeOneofCase.Deleted => (change.Deleted.EntityType, change.Deleted.EntityId),
        Change.ChangeOneofCase.Withdrawn => (change.Withdrawn.EntityType, change.Withdrawn.EntityId),
        _ => (EntityType.Unspecified, ""),
    };
}
