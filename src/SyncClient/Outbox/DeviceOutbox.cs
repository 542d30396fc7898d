using KhsCrm.SyncClient.Outbox;
using KhsCrm.SyncClient.Overlay;
using KhsCrm.SyncClient.Sessions;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>The edits of this device that the server has not settled. Nothing leaves it silently.</summary>
public sealed class DeviceOutbox
{
    private readonly LocalStore _store;
    private readonly EditQueue _edits;

    internal DeviceOutbox(LocalStore store, EditQueue edits) => (_store, _edits) = (store, edits);

    /// <summary>Lists operations in the order of their edits.</summary>
    /// <param name="state">Only those in this state; null for all.</param>
    /// <param name="limit">At most so many, 1 or more.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<OutboxOperation>> ListAsync(
        OutboxState? state = null, int limit = 1_000, CancellationToken cancellationToken = default) =>
        _store.ReadAsync<IReadOnlyList<OutboxOperation>>(
            connection =>
                [.. OutboxTable.List(connection, state, 0, limit).Select(entry => new OutboxOperation(entry))],
            cancellationToken);

    /// <summary>Counts operations by state.</summary>
    public Task<OutboxCounts> CountAsync(CancellationToken cancellationToken = default) =>
        _store.ReadAsync(OutboxCounts.Read, cancellationToken);

    /// <summary>
    /// Queues a rejected operation anew, on the row as it now is. It gets another id and goes to the end.
    /// </summary>
    /// <param name="operationId">The operation's id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RowNotFoundException">There is no such operation, or the row that it changes is gone.</exception>
    /// <exception cref="EditRefusedException">The edit breaks a rule on the row as it now is.</exception>
    public Task RetryAsync(string operationId, CancellationToken cancellationToken = default) =>
        _store.WriteAsync(
            transaction => _edits.Retry(transaction, RequireRejected(transaction.Connection, operationId)),
            cancellationToken);

    /// <summary>Gives up an operation that the server rejected, or that was not sent yet: the edit is undone.</summary>
    /// <param name="operationId">The operation's id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RowNotFoundException">There is no such operation.</exception>
    /// <exception cref="EditRefusedException">The operation is on the wire or in effect: make another edit instead.</exception>
    public Task DiscardAsync(string operationId, CancellationToken cancellationToken = default) =>
        _store.WriteAsync(
            transaction =>
            {
                var entry = Require(transaction.Connection, operationId);
                if (entry.State is not (OutboxState.Rejected or OutboxState.Queued))
                    throw new EditRefusedException(ErrorReason.Conflict, "The operation was sent and can no longer be discarded.");
                OutboxTable.Remove(transaction.Connection, entry.Position);
                Withdrawal.ForgetValues(transaction.Connection, entry);
                Withdrawal.RemoveEditsOfUnmadeRow(transaction.Connection, entry);
                var row = RowWriter.Recompute(transaction.Connection, entry.Table, entry.RowId);
                transaction.Changed(
                    entry.Table.Type, entry.RowId,
                    row is null ? RowChangeKind.Deleted : RowChangeKind.Saved, ChangeSource.Device);
                transaction.OutboxChanged();
            },
            cancellationToken);

    /// <summary>Lists the edits that overwrote what somebody else had set, oldest first.</summary>
    public Task<IReadOnlyList<MergeConflict>> ListConflictsAsync(CancellationToken cancellationToken = default) =>
        _store.ReadAsync<IReadOnlyList<MergeConflict>>(connection => ConflictTable.List(connection), cancellationToken);

    /// <summary>Takes a conflict off the list: this device's values stay.</summary>
    /// <param name="operationId">The id of the edit.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether there was such a conflict.</returns>
    public Task<bool> DismissConflictAsync(string operationId, CancellationToken cancellationToken = default) =>
        _store.WriteAsync(
            transaction =>
            {
                transaction.OutboxChanged();
                return RowId.TryParse(operationId) is { } id && ConflictTable.Remove(transaction.Connection, id);
            },
            cancellationToken);

    private static QueuedOperation Require(StoreConnection connection, string operationId)
    {
        SessionState.RequireUser(connection);
        return RowId.TryParse(operationId) is { } id && OutboxTable.Find(connection, id) is { } entry
            ? entry
            : throw new RowNotFoundException("operation", operationId);
    }

    private static QueuedOperation RequireRejected(StoreConnection connection, string operationId)
    {
        var entry = Require(connection, operationId);
        return entry.State == OutboxState.Rejected
            ? entry
            : throw new EditRefusedException(ErrorReason.Conflict, "Only a rejected operation can be retried.");
    }
}
