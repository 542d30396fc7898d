using KhsCrm.SyncClient.Overlay;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Outbox;

/// <summary>Records what became of operations. Only deltas write the server's rows; a result never does.</summary>
internal static class ResultRecorder
{
    public static void Record(WriteTransaction transaction, OperationResult result)
    {
        if (RowId.TryParse(result.OperationId) is not { } id
            || OutboxTable.Find(transaction.Connection, id) is not { } entry
            || entry.State is OutboxState.Queued or OutboxState.Rejected)
        {
            return; // Answered before, or discarded since.
        }

        transaction.OutboxChanged();
        switch (result.Outcome == OperationOutcome.Duplicate ? result.FirstOutcome : result.Outcome)
        {
            case OperationOutcome.Deferred:
                OutboxTable.SetState(transaction.Connection, entry.Position, OutboxState.Deferred, result.Status);
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
    }

    private static void Acknowledge(WriteTransaction transaction, QueuedOperation entry, OperationResult result)
    {
        if (entry.State == OutboxState.Deferred)
        {
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
        var row = RowWriter.Recompute(connection, entry.Table, entry.RowId);
        transaction.Changed(
            entry.Table.Type, entry.RowId, row is null ? RowChangeKind.Deleted : RowChangeKind.Saved, ChangeSource.Server);
        Withdrawal.ForgetValues(connection, entry);
    }
}
