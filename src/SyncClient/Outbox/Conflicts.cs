using KhsCrm.Contracts.Entities;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Outbox;

/// <summary>The conflicts of both kinds, merged and rejected, and their resolution.</summary>
internal sealed class Conflicts(EditQueue edits)
{
    public static List<EditConflict> List(StoreConnection connection)
    {
        var merged = ConflictTable.List(connection);
        var rejected = OutboxTable.List(connection, OutboxState.Rejected, 0, int.MaxValue)
            .Select(Rejected).OfType<EditConflict>().Select(conflict => WithoutOwnValues(conflict, merged));
        return [.. merged.Concat(rejected).OrderBy(conflict => conflict.QueuedAt)];
    }

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

    // The server's row came with the answer for a whole batch: a later edit of this device may be in it, and what that one
    // overwrote is the other's value.
    private static EditConflict WithoutOwnValues(EditConflict rejected, List<EditConflict> merged)
    {
        if (rejected.Theirs is null)
            return rejected;
        var kind = EntityKinds.Of(rejected.Mine)!;
        var theirs = rejected.Theirs.Clone();
        foreach (var own in merged.Where(own => own.Mine.RowCase == rejected.Mine.RowCase
            && own.QueuedAt >= rejected.QueuedAt && kind.GetId(own.Mine) == kind.GetId(rejected.Mine)))
        {
            foreach (var field in own.Fields.Intersect(rejected.Fields).Where(field => kind.HasSameValue(field, own.Mine, theirs)))
                kind.Copy(field, own.Theirs!, theirs);
        }

        return rejected with { Theirs = theirs };
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
