using KhsCrm.SyncClient.Outbox;
using KhsCrm.SyncClient.Overlay;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Sync;

/// <summary>Writes what the server says about rows, within one transaction.</summary>
internal sealed class ServerRows(WriteTransaction transaction, long generation)
{
    private readonly StoreConnection _connection = transaction.Connection;
    private readonly bool _isOutboxEmpty = OutboxTable.IsEmpty(transaction.Connection);

    public void Save(RowTable table, RowId id, Entity row)
    {
        RowWriter.SetServer(_connection, table, id, row, generation, _isOutboxEmpty);
        transaction.Changed(table.Type, id, RowChangeKind.Saved, ChangeSource.Server);
    }

    public void Remove(RowTable table, RowId id, RowChangeKind kind)
    {
        RowWriter.SetServer(_connection, table, id, server: null, generation, _isOutboxEmpty);
        transaction.Changed(table.Type, id, kind, ChangeSource.Server);
    }

    /// <summary>Removes a row that left the user's scope, and with a job all that hangs on it.</summary>
    public void Withdraw(RowTable table, RowId id)
    {
        Remove(table, id, RowChangeKind.Withdrawn);
        if (table.Type != EntityType.Job)
            return;
        foreach (var child in RowTables.All.Where(child => child.HasJob))
        {
            foreach (var childId in child.IdsOfJob(_connection, id))
                Remove(child, childId, RowChangeKind.Withdrawn);
        }
    }

    /// <summary>Completes a kind that began anew: removes the server's rows of it that have not come again.</summary>
    public void CompleteAnew(RowTable table)
    {
        if (KindsAnewTable.Find(_connection, table.Type) is not { } begunWith)
            return;
        var last = new RowId(Guid.Empty);
        while (table.StaleIds(_connection, begunWith, last) is { Count: > 0 } ids)
        {
            last = ids[^1];
            foreach (var id in ids)
                Remove(table, id, RowChangeKind.Deleted);
        }

        KindsAnewTable.Complete(_connection, table.Type);
    }

    /// <summary>Completes a resync.</summary>
    public void CompleteResync()
    {
        transaction.EverythingChanged();
        foreach (var table in RowTables.All)
            CompleteAnew(table);
    }
}
