using KhsCrm.Contracts.Entities;
using KhsCrm.SyncClient.Outbox;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace KhsCrm.SyncClient.Sync;

/// <summary>Stores a delta: its changes, what a checkpoint settles, and the cursor, in one transaction.</summary>
internal static class DeltaApplier
{
    /// <summary>A first sync of fewer rows is over before dropped indexes pay.</summary>
    private const long ManyRows = 20_000;

    /// <summary>Stores a delta.</summary>
    /// <returns>Whether the store now holds a state that the database really had.</returns>
    public static bool Apply(WriteTransaction transaction, Delta delta, DateTimeOffset now, ILogger? logger = null)
    {
        var connection = transaction.Connection;
        var device = DeviceState.Read(connection);
        if (device.Cursor is null && !delta.Checkpoint && delta.Progress?.EstimatedTotal >= ManyRows)
            DeferredIndexes.DeferWhileEmpty(connection);
        device = BeginAnew(connection, device, delta);
        var rows = new ServerRows(transaction, device.Generation);
        var setAside = new SetAside(transaction, logger ?? NullLogger.Instance);
        Action<Change> apply = change => Apply(rows, change);
        foreach (var change in delta.Changes)
            setAside.Guard(change, apply);
        device = device with { Cursor = delta.Cursor.Length == 0 ? device.Cursor : delta.Cursor.ToByteArray() };
        if (delta.Checkpoint)
        {
            DeferredIndexes.Build(connection);
            if (device.IsResyncing)
                rows.CompleteResync();
            foreach (var table in delta.CompletedAnew.Select(RowTables.Of).OfType<RowTable>())
                rows.CompleteAnew(table);
            Settlement.OnCheckpoint(transaction, delta.LastClientSeq);
            device = device with
            {
                IsResyncing = false,
                CheckpointClientSeq = delta.LastClientSeq,
                LastCheckpointAt = now,
            };
        }

        device.Write(connection);
        return delta.Checkpoint;
    }

    // Named again, a kind begins again: what came of it before may have been deleted since.
    private static DeviceState BeginAnew(StoreConnection connection, DeviceState device, Delta delta)
    {
        if (delta.BegunAnew.Count == 0)
            return device;
        device = device with { Generation = device.Generation + 1 };
        foreach (var table in delta.BegunAnew.Select(RowTables.Of).OfType<RowTable>())
        {
            KindsAnewTable.Begin(connection, table.Type, device.Generation);
            SetAsideTable.Clear(connection, table.Type);
        }

        return device;
    }

    private static void Apply(ServerRows rows, Change change)
    {
        switch (change.ChangeCase)
        {
            case Change.ChangeOneofCase.Entity when EntityKinds.Of(change.Entity) is { } kind:
                rows.Save(RowTables.Of(kind.Type)!, RowId.Parse(kind.GetId(change.Entity)), change.Entity);
                break;
            case Change.ChangeOneofCase.Deleted when RowTables.Of(change.Deleted.EntityType) is { } table:
                rows.Remove(table, RowId.Parse(change.Deleted.EntityId), RowChangeKind.Deleted);
                break;
            case Change.ChangeOneofCase.Withdrawn when RowTables.Of(change.Withdrawn.EntityType) is { } table:
                rows.Withdraw(table, RowId.Parse(change.Withdrawn.EntityId));
                break;
            default:
                break; // A kind of row or change that a newer server has and this version does not show.
        }
    }
}
