using KhsCrm.SyncClient.Overlay;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Outbox;

/// <summary>Records what became of operations. Only deltas write the server's rows; a result never does.</summary>
internal static class ResultRecorder
{
    /// <summary>Records a result.</summary>
    /// <returns>Whether it is the first answer to an operation that was sent: a second one, or one to what waited, is not.</returns>
    public static bool Record(WriteTransaction transaction, OperationResult result)
    {
        if (RowId.TryParse(result.OperationId) is not { } id
            || OutboxTable.Find(transaction.Connection, id) is not { } entry
            || entry.State is OutboxState.Queued or OutboxState.Rejected)
        {
            return false; // Answered before, or discarded since.
        }

        transaction.OutboxChanged();
        switch (result.Outcome == OperationOutcome.Duplicate ? result.FirstOutcome : result.Outcome)
        {
            case OperationOutcome.Deferred:
                OutboxTable.SetState(transaction.Connection, entry.Position, OutboxState.Deferred, result.Status);
                break;
            case OperationOutcome.Rejected when OutboxTable.IsGivenUp(transaction.Connection, entry.Position):
                OutboxTable.Remove(transaction.Connection, entry.Position);
                break;
            case OperationOutcome.Rejected:
                Reject(transaction, entry, result);
                break;
            case OperationOutcome.Merged when result.Overwritten is not null:
                ConflictTable.Add(transaction.Connection, entry, result);
                Acknowledge(transaction, entry, result);
                break;
            default:
                Acknowledge(transaction, entry, result);
                break;
        }

        return entry.State == OutboxState.Sent;
    }

    private static void Acknowledge(WriteTransaction transaction, QueuedOperation entry, OperationResult result)
    {
        if (entry.State == OutboxState.Deferred)
        {
            // One that was given up too late is in effect all the same.
            OutboxTable.Show(transaction.Connection, entry.Position, isShown: true);
            OutboxTable.SetState(
                transaction.Connection, entry.Position, OutboxState.Acknowledged,
                settledVersion: Settlement.VersionOf(result.Entity));
            return;
        }

        // After a reconnect the checkpoint that includes an operation can come before its result.
        if (entry.ClientSeq <= DeviceState.Read(transaction.Connection).CheckpointClientSeq)
            Settlement.Drop(transaction, entry);
        else
            OutboxTable.SetState(transaction.Connection, entry.Position, OutboxState.Acknowledged);
    }

    private static void Reject(WriteTransaction transaction, QueuedOperation entry, OperationResult result)
    {
        var connection = transaction.Connection;
        OutboxTable.SetState(
            connection, entry.Position, OutboxState.Rejected, result.Status, result.Entity, result.ConflictingFields);
        // A row that only its creation makes would vanish, and what was typed with it. One that is there already shows itself.
        var isKept = entry.Operation.Kind == OperationKind.Create
            && Connection.StatusDetails.Of(result.Status).Reason is not (ErrorReason.RowExists or ErrorReason.Discarded);
        OutboxTable.Show(connection, entry.Position, isKept);
        var row = RowWriter.Recompute(connection, entry.Table, entry.RowId);
        transaction.Changed(
            entry.Table.Type, entry.RowId, row is null ? RowChangeKind.Deleted : RowChangeKind.Saved, ChangeSource.Server);
        LaterEdits.ForgetValues(connection, entry);
    }
}
