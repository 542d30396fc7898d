using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Outbox;

/// <summary>What happens to the later edits of a row when an operation before them is refused or given up.</summary>
internal static class LaterEdits
{
    /// <summary>
    /// A later edit of the same field saw the value that is now nowhere. Left so, the server would report a conflict
    /// with somebody who never was: the edit is put on the value before instead.
    /// </summary>
    public static void ForgetValues(StoreConnection connection, QueuedOperation gone)
    {
        if (gone.Operation.Kind != OperationKind.Update)
            return;
        var kind = gone.Table.Kind;
        foreach (var later in UnsentOf(connection, gone))
        {
            if (later.Operation.Kind != OperationKind.Update)
                continue;
            foreach (var field in later.Operation.UpdateMask.Paths.Intersect(gone.Operation.UpdateMask.Paths))
            {
                if (kind.HasSameValue(field, later.Operation.Seen, gone.Operation.Entity))
                    kind.Copy(field, gone.Operation.Seen, later.Operation.Seen);
            }

            OutboxTable.Rewrite(connection, later.Position, later.Operation, later.QueuedAt);
        }
    }

    private static IEnumerable<QueuedOperation> UnsentOf(StoreConnection connection, QueuedOperation gone) =>
        OutboxTable.Pending(connection, gone.Table, gone.RowId)
            .Where(later => later.State == OutboxState.Queued && later.Position > gone.Position);
}
