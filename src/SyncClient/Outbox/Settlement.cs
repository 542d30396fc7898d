using KhsCrm.Contracts.Entities;
using KhsCrm.SyncClient.Overlay;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Outbox;

/// <summary>
/// Drops acknowledged operations once the server's rows here include their effect. Dropped earlier, the row would show
/// its old value for a moment; later, it would hide what others do.
/// </summary>
internal static class Settlement
{
    /// <summary>Drops what a checkpoint proves to be included.</summary>
    public static void OnCheckpoint(WriteTransaction transaction, long lastClientSeq)
    {
        foreach (var entry in OutboxTable.Acknowledged(transaction.Connection, lastClientSeq))
            Drop(transaction, entry);
        foreach (var (entry, version) in OutboxTable.Late(transaction.Connection))
        {
            var row = entry.Table.ReadServer(transaction.Connection, entry.RowId);
            if (entry.Operation.Kind == OperationKind.Delete ? row is null : row is not null && VersionOf(row) >= version)
                Drop(transaction, entry);
        }
    }

    public static void Drop(WriteTransaction transaction, QueuedOperation entry)
    {
        OutboxTable.Remove(transaction.Connection, entry.Position);
        RowWriter.Recompute(transaction.Connection, entry.Table, entry.RowId);
        transaction.Changed(entry.Table.Type, entry.RowId, RowChangeKind.Saved, ChangeSource.Device);
        transaction.OutboxChanged();
    }

    /// <summary>The version of a row in microseconds since 1970; 0 for no row.</summary>
    public static long VersionOf(Entity? row) => Column.Micros(row is null ? null : EntityKinds.Of(row)?.GetVersion(row));
}
