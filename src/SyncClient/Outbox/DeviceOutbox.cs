using KhsCrm.SyncClient.Outbox;
using KhsCrm.SyncClient.Sessions;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>The edits of this device that the server has not settled. Nothing leaves it silently.</summary>
public sealed partial class DeviceOutbox
{
    private readonly LocalStore _store;
    private readonly EditQueue _edits;
    private readonly Conflicts _conflicts;

    private readonly Action? _onGivenUp;

    internal DeviceOutbox(LocalStore store, EditQueue edits, Action? onGivenUp = null) =>
        (_store, _edits, _conflicts, _onGivenUp) = (store, edits, new Conflicts(edits), onGivenUp);

    /// <summary>Lists operations in the order of their edits.</summary>
    /// <param name="state">Only those in this state; null for all.</param>
    /// <param name="limit">At most so many, 1 or more.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NotSignedInException">Nobody is signed in.</exception>
    public Task<IReadOnlyList<OutboxOperation>> ListAsync(
        OutboxState? state = null, int limit = 1_000, CancellationToken cancellationToken = default) =>
        _store.AskAsync(Operations(state, limit), cancellationToken);

    /// <summary>The operations as they are and each time that one of them moves. Ends when the client is closed.</summary>
    /// <inheritdoc cref="ListAsync"/>
    public IAsyncEnumerable<IReadOnlyList<OutboxOperation>> ObserveAsync(
        OutboxState? state = null, int limit = 1_000, CancellationToken cancellationToken = default) =>
        _store.ObserveAsync(Operations(state, limit), cancellationToken);

    /// <summary>Counts operations by state.</summary>
    public Task<OutboxCounts> CountAsync(CancellationToken cancellationToken = default) =>
        _store.ReadAsync(OutboxCounts.Read, cancellationToken);

    /// <summary>The counts as they are and as they become, for a badge. Ends when the client is closed.</summary>
    /// <param name="cancellationToken">Ends the observation.</param>
    public IAsyncEnumerable<OutboxCounts> ObserveCountsAsync(CancellationToken cancellationToken = default) =>
        _store.ObserveAsync(Query(OutboxCounts.Read, Equals, new(0, 0, 0, 0, 0)), cancellationToken);

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

    /// <summary>
    /// Gives up an operation that was not sent yet, that the server rejected, or that waits there: the edit is undone. With the
    /// creation of a row go the edits that need it. What waits on the server leaves the outbox once the server was told, at the
    /// latest with the next sync.
    /// </summary>
    /// <param name="operationId">The operation's id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RowNotFoundException">There is no such operation.</exception>
    /// <exception cref="EditRefusedException">The operation is on the wire or in effect: make another edit instead.</exception>
    public async Task DiscardAsync(string operationId, CancellationToken cancellationToken = default)
    {
        await _store.WriteAsync(
            transaction => Discarding.Discard(transaction, Require(transaction.Connection, operationId)), cancellationToken)
            .ConfigureAwait(false);
        _onGivenUp?.Invoke();
    }

    private static IReadOnlyList<OutboxOperation> List(StoreConnection connection, OutboxState? state, int limit) =>
        [.. OutboxTable.List(connection, state, 0, limit).Select(entry => new OutboxOperation(entry))];

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

    private static StoreQuery<IReadOnlyList<OutboxOperation>> Operations(OutboxState? state, int limit) =>
        Query<IReadOnlyList<OutboxOperation>>(connection => List(connection, state, limit), (_, _) => false, []);

    private static StoreQuery<T> Query<T>(Func<StoreConnection, T> read, Func<T, T, bool> isSame, T empty) =>
        new(read, (_, _, changes) => changes.OutboxChanged, isSame, empty);
}
