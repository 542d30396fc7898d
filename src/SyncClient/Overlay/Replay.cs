using Google.Protobuf.WellKnownTypes;
using KhsCrm.Contracts.Entities;
using KhsCrm.SyncClient.Outbox;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Overlay;

/// <summary>Computes how a row looks with the pending operations on top of what the server sent.</summary>
internal static class Replay
{
    /// <summary>Replays operations, in order, over a row.</summary>
    /// <param name="server">The row as the server last sent it; null when there is none.</param>
    /// <param name="pending">The pending operations of the row, in order.</param>
    /// <returns>The row as a person sees it; null when there is none.</returns>
    public static Entity? Run(Entity? server, IReadOnlyList<QueuedOperation> pending)
    {
        var row = server;
        foreach (var entry in pending)
            row = Apply(row, entry);
        return row;
    }

    private static Entity? Apply(Entity? row, QueuedOperation entry)
    {
        var operation = entry.Operation;
        switch (operation.Kind)
        {
            case OperationKind.Create:
                // The server's row already includes its creation, and whatever happened to it since.
                return row ?? Create(entry);
            case OperationKind.Update when row is not null:
                var changed = row.Clone();
                foreach (var field in operation.UpdateMask.Paths)
                    EntityKinds.Of(changed)!.Copy(field, operation.Entity, changed);
                ServerSetFields.OnUpdate(row, changed, entry.UserId, Timestamp.FromDateTimeOffset(entry.QueuedAt));
                return changed;
            default:
                return null;
        }
    }

    private static Entity Create(QueuedOperation entry)
    {
        var row = entry.Operation.Entity.Clone();
        ServerSetFields.OnCreate(row, entry.UserId, Timestamp.FromDateTimeOffset(entry.QueuedAt));
        return row;
    }
}
