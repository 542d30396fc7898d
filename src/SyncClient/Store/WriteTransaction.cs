using KhsCrm.V1;

namespace KhsCrm.SyncClient.Store;

/// <summary>A transaction that changes the store, and what observers are told of it after the commit.</summary>
/// <param name="connection">The connection that writes.</param>
/// <param name="isObserved">
/// Whether somebody listens. Without, rows are not named one by one: who begins to listen meanwhile is told "anything".
/// </param>
internal sealed class WriteTransaction(StoreConnection connection, bool isObserved)
{
    /// <summary>More than this and observers are told that anything may have changed: memory stays flat.</summary>
    private const int MaxRows = 2_000;

    private readonly List<RowChange> _rows = [];
    private bool _isEverything;
    private bool _isOutboxChanged;

    public StoreConnection Connection { get; } = Begin(connection);

    /// <summary>What observers are told.</summary>
    public StoreChanges Collected => new(_isEverything ? [] : [.. _rows], _isEverything, _isOutboxChanged);

    public void Changed(EntityType type, RowId id, RowChangeKind kind, ChangeSource source)
    {
        if (_isEverything)
            return;
        if (!isObserved || _rows.Count == MaxRows)
            EverythingChanged();
        else
            _rows.Add(new(type, id.ToString(), kind, source));
    }

    public void EverythingChanged()
    {
        _isEverything = true;
        _rows.Clear();
    }

    public void OutboxChanged() => _isOutboxChanged = true;

    // Another process may have built a part of the search indexes since the last transaction.
    private static StoreConnection Begin(StoreConnection connection)
    {
        connection.SearchProgress = null;
        return connection;
    }
}
