using KhsCrm.SyncClient.Overlay;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Outbox;

/// <summary>
/// Gives up an operation because a person says so: the edit is undone here. With the creation of a row go the edits that need
/// it: those of the row itself, and the rows that hang on it.
/// </summary>
internal static class Discarding
{
    /// <exception cref="EditRefusedException">The operation is on the wire or in effect.</exception>
    public static void Discard(WriteTransaction transaction, QueuedOperation entry)
    {
        if (entry.State is OutboxState.Sent or OutboxState.Acknowledged)
            throw new EditRefusedException(ErrorReason.Conflict, "The operation was sent and can no longer be discarded.");
        var gone = Descendants.Of(transaction.Connection, entry);
        foreach (var one in gone)
            GiveUp(transaction.Connection, one);
        // Children first, so that a parent's row is computed anew when nothing needs it.
        foreach (var one in Enumerable.Reverse(gone))
            Show(transaction, one);
        transaction.OutboxChanged();
    }

    private static void GiveUp(StoreConnection connection, QueuedOperation entry)
    {
        if (entry.State == OutboxState.Deferred)
        {
            OutboxTable.GiveUp(connection, entry.Position);
            return;
        }

        OutboxTable.Remove(connection, entry.Position);
        LaterEdits.ForgetValues(connection, entry);
    }

    private static void Show(WriteTransaction transaction, QueuedOperation entry)
    {
        var row = RowWriter.Recompute(transaction.Connection, entry.Table, entry.RowId);
        transaction.Changed(
            entry.Table.Type, entry.RowId, row is null ? RowChangeKind.Deleted : RowChangeKind.Saved, ChangeSource.Device);
    }
}
