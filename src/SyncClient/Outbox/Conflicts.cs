using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Outbox;

/// <summary>The conflicts of both kinds, merged and rejected, and their resolution.</summary>
internal sealed class Conflicts(EditQueue edits)
{
    public static List<EditConflict> List(StoreConnection connection) =>
    [
        .. ConflictTable.List(connection)
            .Concat(OutboxTable.List(connection, OutboxState.Rejected, 0, int.MaxValue).Select(Rejected).OfType<EditConflict>())
            .OrderBy(conflict => conflict.QueuedAt),
    ];

    /// <summary>This device's values stay, or are sent again over the other's.</summary>
    public void KeepMine(WriteTransaction transaction, string operationId)
    {
        var id = RequireId(operationId);
        if (ConflictTable.Find(transaction.Connection, id) is not null)
            Forget(transaction, id);
        else
            edits.Retry(transaction, RequireRejected(transaction.Connection, id));
    }

    /// <summary>The other's values stay, or are set again where this device's still stand.</summary>
    public void KeepTheirs(WriteTransaction transaction, string operationId)
    {
        var id = RequireId(operationId);
        if (ConflictTable.Find(transaction.Connection, id) is { } merged)
        {
            edits.SetBack(transaction, merged);
            Forget(transaction, id);
        }
        else
        {
            Discarding.Discard(transaction, RequireRejected(transaction.Connection, id));
        }
    }

    private static EditConflict? Rejected(QueuedOperation entry)
    {
        var isConflict = entry.ConflictingFields is { Count: > 0 }
            || (entry.Status is { } status && Connection.StatusDetails.Of(status).Reason == ErrorReason.Conflict);
        return isConflict
            ? new(ConflictKind.Rejected, entry.Operation, entry.ConflictingFields ?? [], entry.ServerRow, entry.QueuedAt)
            : null;
    }

    private static void Forget(WriteTransaction transaction, RowId operationId)
    {
        ConflictTable.Remove(transaction.Connection, operationId);
        transaction.OutboxChanged();
    }

    private static RowId RequireId(string operationId) =>
        RowId.TryParse(operationId) ?? throw new RowNotFoundException("conflict", operationId);

    private static QueuedOperation RequireRejected(StoreConnection connection, RowId id) =>
        OutboxTable.Find(connection, id) is { State: OutboxState.Rejected } entry && Rejected(entry) is not null
            ? entry
            : throw new RowNotFoundException("conflict", id.ToString());
}
