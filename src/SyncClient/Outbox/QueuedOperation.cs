using Google.Rpc;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Outbox;

/// <summary>An operation in the outbox table.</summary>
/// <param name="Position">Its place in the order of edits.</param>
/// <param name="ClientSeq">The number it was put on the wire with; null before that.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Operation">What it does, without its number. Frozen once it has one.</param>
/// <param name="UserId">Who made the edit.</param>
/// <param name="QueuedAt">When, by the device's clock; for people, nothing is decided by it.</param>
/// <param name="Status">Why it waits or was refused.</param>
/// <param name="ServerRow">The server's row when it was refused.</param>
/// <param name="ConflictingFields">The fields that made the server refuse it.</param>
internal sealed record QueuedOperation(
    long Position,
    long? ClientSeq,
    OutboxState State,
    Operation Operation,
    string UserId,
    DateTimeOffset QueuedAt,
    Status? Status = null,
    Entity? ServerRow = null,
    IReadOnlyList<string>? ConflictingFields = null)
{
    public RowTable Table => RowTables.Of((EntityType)(int)Operation.Entity.RowCase)!;

    public RowId RowId => RowId.Parse(Table.Kind.GetId(Operation.Entity));

    /// <summary>The operation as it goes on the wire.</summary>
    public Operation ToWire()
    {
        var operation = Operation.Clone();
        operation.ClientSeq = ClientSeq ?? throw new InvalidOperationException("The operation has no number yet.");
        return operation;
    }
}
