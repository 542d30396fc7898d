using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Outbox;

/// <summary>Finds what makes no sense without an operation that is given up.</summary>
internal static class Descendants
{
    /// <summary>The operation and, if it makes a row that the server does not have, all that need the row.</summary>
    public static List<QueuedOperation> Of(StoreConnection connection, QueuedOperation root)
    {
        List<QueuedOperation> found = [root];
        var rows = new HashSet<(EntityType, RowId)>();
        if (MakesRow(connection, root))
            rows.Add((root.Table.Type, root.RowId));
        if (rows.Count == 0)
            return found;
        // A row is named after it was made: one pass in the order of edits finds all.
        foreach (var later in OutboxTable.List(connection, null, root.Position, int.MaxValue))
        {
            if (later.State is OutboxState.Sent or OutboxState.Acknowledged)
                continue;
            if (!rows.Contains((later.Table.Type, later.RowId)) && !Parents(later).Any(rows.Contains))
                continue;
            found.Add(later);
            if (MakesRow(connection, later))
                rows.Add((later.Table.Type, later.RowId));
        }

        return found;
    }

    private static bool MakesRow(StoreConnection connection, QueuedOperation entry) =>
        entry.Operation.Kind == OperationKind.Create && entry.Table.ReadServer(connection, entry.RowId) is null;

    private static IEnumerable<(EntityType Type, RowId Id)> Parents(QueuedOperation entry)
    {
        var (kind, row) = (entry.Table.Kind, entry.Operation.Entity);
        foreach (var (field, type) in kind.References)
        {
            if (RowId.TryParse(kind.GetId(row, field)) is { } id)
                yield return (type, id);
        }
    }
}
