using KhsCrm.SyncClient.Overlay;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Outbox;

/// <summary>Gives up an operation because a person says so: the edit is undone here.</summary>
internal static class Discarding
{
    /// <exception cref="EditRefusedException">The operation is on the wire or in effect.</exception>
    public static void Discard(WriteTransaction transaction, QueuedOperation entry)
    {
        if (entry.State is not (OutboxState.Rejected or OutboxState.Queued))
            throw new EditRefusedException(ErrorReason.Conflict, "The operation was sent and can no longer be discarded.");
        OutboxTable.Remove(transaction.Connection, entry.Position);
        Withdrawal.ForgetValues(transaction.Connection, entry);
        Withdrawal.RemoveEditsOfUnmadeRow(transaction.Connection, entry);
        var row = RowWriter.Recompute(transaction.Connection, entry.Table, entry.RowId);
        transaction.Changed(
            entry.Table.Type, entry.RowId, row is null ? RowChangeKind.Deleted : RowChangeKind.Saved, ChangeSource.Device);
        transaction.OutboxChanged();
    }
}
