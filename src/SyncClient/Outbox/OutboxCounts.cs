using KhsCrm.SyncClient.Outbox;
using KhsCrm.SyncClient.Store;

namespace KhsCrm.SyncClient;

/// <summary>How many operations and conflicts wait on this device.</summary>
/// <param name="Unsent">Queued, or sent without an answer yet.</param>
/// <param name="Deferred">Kept by the server until a row that they name arrives.</param>
/// <param name="Unconfirmed">In effect on the server; their effect has not come back yet.</param>
/// <param name="Rejected">Refused by the server; wait for a person.</param>
/// <param name="Conflicts">Overwrote somebody else's value; wait to be seen.</param>
public sealed record OutboxCounts(long Unsent, long Deferred, long Unconfirmed, long Rejected, long Conflicts)
{
    internal static OutboxCounts Read(StoreConnection connection) => new(
        OutboxTable.Count(connection, OutboxState.Queued) + OutboxTable.Count(connection, OutboxState.Sent),
        OutboxTable.Count(connection, OutboxState.Deferred) - OutboxTable.GivenUp(connection).Count,
        OutboxTable.Count(connection, OutboxState.Acknowledged),
        OutboxTable.Count(connection, OutboxState.Rejected),
        ConflictTable.Count(connection));
}
