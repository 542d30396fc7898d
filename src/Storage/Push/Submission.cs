using KhsCrm.V1;

namespace KhsCrm.Storage.Push;

/// <summary>What one caller asks: a device's batch, or the one operation of a typed RPC.</summary>
internal sealed record Submission(Actor Actor, IReadOnlyList<PreparedOperation> Writes)
{
    /// <summary>A device's batch.</summary>
    public static Submission Of(Actor actor, IReadOnlyList<Operation> operations, OperationFaults faults) =>
        new(actor, [.. operations.Select(operation => new PreparedOperation(new SingleWrite(operation), isPushed: true, faults))]);

    /// <summary>The operation of a typed RPC, which has no place in any outbox.</summary>
    public static Submission Of(Guid userId, Role role, SingleWrite write, OperationFaults faults)
    {
        write.Operation.ClientSeq = 0;
        return new(new Actor(userId, role, null), [new PreparedOperation(write, isPushed: false, faults)]);
    }
}
