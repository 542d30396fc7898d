using KhsCrm.Contracts.Entities;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Outbox;

/// <summary>
/// Joins an edit with the row's newest operation while that one has not been sent. What the server would see
/// differently is never joined: each change of a status stays its own (the history shows every step), and an edit that
/// names another row never moves before the operation that makes that row.
/// </summary>
internal static class Coalescing
{
    /// <summary>Joins two operations of one row.</summary>
    /// <param name="earlier">The row's newest operation, not yet sent.</param>
    /// <param name="later">The edit to join with it.</param>
    /// <param name="isNewest">Whether nothing at all was queued after <paramref name="earlier"/>.</param>
    /// <param name="joined">The operation to put in its place; null when the two cancel each other.</param>
    /// <returns>Whether they can be joined.</returns>
    public static bool TryJoin(Operation earlier, Operation later, bool isNewest, out Operation? joined)
    {
        joined = null;
        var kind = EntityKinds.Of(earlier.Entity)!;
        switch (earlier.Kind, later.Kind)
        {
            case (OperationKind.Create, OperationKind.Delete):
                // Rows that name this one may have been queued since, unless nothing ever names its kind.
                return isNewest || !EntityKinds.All.Any(other => other.References.Any(reference => reference.Type == kind.Type));
            case (OperationKind.Create, OperationKind.Update) when CanMove(later, isNewest):
                joined = earlier.Clone();
                foreach (var field in later.UpdateMask.Paths)
                    kind.Copy(field, later.Entity, joined.Entity);
                return true;
            case (OperationKind.Update, OperationKind.Update)
                when CanMove(later, isNewest) && earlier.ConflictPolicy == later.ConflictPolicy:
                joined = JoinUpdates(kind, earlier, later);
                return true;
            default:
                return false;
        }
    }

    private static bool CanMove(Operation update, bool isNewest) =>
        !update.UpdateMask.Paths.Contains("status")
        && (isNewest || !EntityKinds.Of(update.Entity)!.References.Any(reference => update.UpdateMask.Paths.Contains(reference.Field)));

    private static Operation? JoinUpdates(EntityKind kind, Operation earlier, Operation later)
    {
        var joined = earlier.Clone();
        foreach (var field in later.UpdateMask.Paths)
        {
            kind.Copy(field, later.Entity, joined.Entity);
            if (joined.UpdateMask.Paths.Contains(field))
                continue;
            joined.UpdateMask.Paths.Add(field);
            kind.Copy(field, later.Seen, joined.Seen);
        }

        return joined.UpdateMask.Paths.All(field => kind.HasSameValue(field, joined.Entity, joined.Seen)) ? null : joined;
    }
}
