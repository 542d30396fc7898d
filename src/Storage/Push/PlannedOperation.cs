using Google.Protobuf.WellKnownTypes;
using KhsCrm.Contracts.Values;
using KhsCrm.V1;

namespace KhsCrm.Storage.Push;

/// <summary>One operation of a batch on its way: what it asks, what it became, what it writes.</summary>
internal sealed class PlannedOperation(Operation operation)
{
    public Operation Operation { get; } = operation;

    public PlannedOperation(PreparedOperation prepared)
        : this(prepared.Operation) =>
        (Prepared, Violations, SeenVersion, PasswordHash) =
            (prepared, prepared.Violations, prepared.Write.SeenVersion, prepared.Write.PasswordHash);

    /// <summary>What it was made from; null for one that the ledger kept.</summary>
    public PreparedOperation? Prepared { get; }

    public OperationResult Result { get; } = new() { OperationId = operation.Id, ClientSeq = operation.ClientSeq };

    /// <summary>What is wrong with it by itself.</summary>
    public IReadOnlyList<FieldViolation> Violations { get; init; } = [];

    /// <summary>Whether there is a row that it is about, and nothing known against it.</summary>
    public bool IsSound => Violations.Count == 0 && Prepared?.Fault is null;

    /// <summary>The version of the row that a typed RPC insists on.</summary>
    public Timestamp? SeenVersion { get; init; }

    /// <summary>The first password of a new user.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>Its place among the operations on its row: those that waited before come first, new ones as they are planned.</summary>
    public (DateTime ReceivedAt, long ClientSeq) Place { get; init; } = (DateTime.MaxValue, 0);

    /// <summary>Whether it is in the ledger already, and waited there.</summary>
    public bool HasWaited { get; init; }

    /// <summary>Whether it has waited for long enough: it is rejected where it would be deferred.</summary>
    public bool IsLastTry { get; init; }

    /// <summary>The row that the result shows, once it is written or read.</summary>
    public (EntityType Type, Guid Id)? ShownRow { get; set; }

    /// <summary>The row that is gone, whose last state the result is to show.</summary>
    public (EntityType Type, Guid Id)? DeletedRow { get; set; }

    /// <summary>The row that a deferred operation waits for.</summary>
    public Guid? WaitsFor { get; private set; }

    public bool IsRejected => Result.Outcome == OperationOutcome.Rejected;

    public bool IsDeferred => Result.Outcome == OperationOutcome.Deferred;

    public void Reject(Google.Rpc.Status status)
    {
        Result.Outcome = OperationOutcome.Rejected;
        Result.Status = status;
        Result.ConflictingFields.Clear();
        Result.Overwritten = null;
    }

    public void Reject(ErrorReason reason, string message, params (string Key, string Value)[] metadata) =>
        Reject(Rejection.Of(reason, message, metadata));

    /// <summary>Rejects what was to wait.</summary>
    public void Refuse(Google.Rpc.Status status)
    {
        Reject(status);
        WaitsFor = null;
    }

    public void Defer(Google.Rpc.Status status, Guid waitsFor)
    {
        Reject(status);
        Result.Outcome = OperationOutcome.Deferred;
        WaitsFor = waitsFor;
    }
}
