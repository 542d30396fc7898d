using Google.Protobuf.WellKnownTypes;
using KhsCrm.V1;

namespace KhsCrm.Storage.Push;

/// <summary>One operation of a batch on its way: what it asks, what it became, what it writes.</summary>
internal sealed class PlannedOperation(Operation operation)
{
    public Operation Operation { get; } = operation;

    public OperationResult Result { get; } = new() { OperationId = operation.Id, ClientSeq = operation.ClientSeq };

    /// <summary>The version of the row that a typed RPC insists on.</summary>
    public Timestamp? SeenVersion { get; init; }

    /// <summary>The first password of a new user.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>The row that the result shows, once it is written or read.</summary>
    public (EntityType Type, Guid Id)? ShownRow { get; set; }

    public bool IsRejected => Result.Outcome == OperationOutcome.Rejected;

    public void Reject(Google.Rpc.Status status)
    {
        Result.Outcome = OperationOutcome.Rejected;
        Result.Status = status;
        Result.ConflictingFields.Clear();
        Result.Overwritten = null;
    }

    public void Reject(ErrorReason reason, string message, params (string Key, string Value)[] metadata) =>
        Reject(Rejection.Of(reason, message, metadata));
}
