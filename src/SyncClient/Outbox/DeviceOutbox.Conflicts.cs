using KhsCrm.SyncClient.Outbox;
using KhsCrm.SyncClient.Sessions;
using KhsCrm.SyncClient.Store;

namespace KhsCrm.SyncClient;

/// <content>Edits that met a change of somebody else.</content>
public sealed partial class DeviceOutbox
{
    private static readonly StoreQuery<IReadOnlyList<EditConflict>> ConflictQuery = Query<IReadOnlyList<EditConflict>>(
        Conflicts.List, (left, right) => left.Select(one => one.OperationId).SequenceEqual(right.Select(one => one.OperationId)), []);

    /// <summary>
    /// Lists the edits that met a change of somebody else, with both values, in the order of the edits: those that
    /// overwrote it and those that were rejected for it.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NotSignedInException">Nobody is signed in.</exception>
    public Task<IReadOnlyList<EditConflict>> ListConflictsAsync(CancellationToken cancellationToken = default) =>
        _store.AskAsync(ConflictQuery, cancellationToken);

    /// <summary>The conflicts as they are and as they become. Ends when the client is closed.</summary>
    /// <param name="cancellationToken">Ends the observation.</param>
    public IAsyncEnumerable<IReadOnlyList<EditConflict>> ObserveConflictsAsync(CancellationToken cancellationToken = default) =>
        _store.ObserveAsync(ConflictQuery, cancellationToken);

    /// <summary>
    /// Resolves a conflict for this device: merged values stay as they are, a rejected edit is queued again over the
    /// other's values.
    /// </summary>
    /// <param name="operationId">The id of the edit.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RowNotFoundException">There is no such conflict, or the row that a rejected edit changes is gone.</exception>
    /// <exception cref="EditRefusedException">The edit breaks a rule on the row as it now is; the conflict stays.</exception>
    public Task KeepMineAsync(string operationId, CancellationToken cancellationToken = default) =>
        _store.WriteAsync(
            transaction =>
            {
                SessionState.RequireUser(transaction.Connection);
                _conflicts.KeepMine(transaction, operationId);
            },
            cancellationToken);

    /// <summary>
    /// Resolves a conflict for the other: values that were overwritten are set again by a new edit, in the fields that
    /// still have this device's values, those of a later edit included; a rejected edit is discarded.
    /// </summary>
    /// <param name="operationId">The id of the edit.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RowNotFoundException">There is no such conflict, or the row is gone.</exception>
    /// <exception cref="EditRefusedException">
    /// Setting the values again breaks a rule, such as that of which status may follow another, or somebody has set all of them
    /// anew since; the conflict stays.
    /// </exception>
    public Task KeepTheirsAsync(string operationId, CancellationToken cancellationToken = default) =>
        _store.WriteAsync(
            transaction =>
            {
                SessionState.RequireUser(transaction.Connection);
                _conflicts.KeepTheirs(transaction, operationId);
            },
            cancellationToken);
}
