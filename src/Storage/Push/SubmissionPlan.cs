using KhsCrm.Contracts.Rules;
using KhsCrm.Contracts.Values;
using KhsCrm.V1;

namespace KhsCrm.Storage.Push;

/// <summary>What one transaction makes of a <see cref="Submission"/>.</summary>
internal sealed class SubmissionPlan(Submission submission)
{
    public Actor Actor => submission.Actor;

    public PlannedOperation[] Batch { get; } = [.. submission.Writes.Select(write => new PlannedOperation(write))];

    /// <summary>The operations that were not pushed before: to be planned and recorded.</summary>
    public List<PlannedOperation> Fresh { get; } = [];

    /// <summary>The device as it was when it was locked.</summary>
    public LockedDevice Device { get; set; } = LockedDevice.Unknown(submission.Actor);

    public RecordedOperations Recorded { get; } = new();

    public OperationPlanner? Planner { get; set; }

    /// <summary>Why nothing of it is taken; null when it is.</summary>
    public ErrorReason? Refusal { get; private set; }

    public long LastClientSeq =>
        Math.Max(Device.LastClientSeq, Batch.Length == 0 ? 0 : Batch[^1].Operation.ClientSeq);

    /// <summary>Refuses the whole, or sorts out what was pushed before and what is wrong by itself.</summary>
    public void Screen()
    {
        Refusal = FindRefusal();
        if (Refusal is not null)
            return;
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var planned in Batch)
        {
            if (Recorded.TryAnswer(planned, Device.LastClientSeq))
                continue;
            Fresh.Add(planned);
            if (planned.Violations.Count > 0)
                planned.Reject(Rejection.Of(planned.Violations));
            else if (!ids.Add(planned.Operation.Id))
                planned.Reject(Rejection.Of([new("operation.id", "is used twice in this batch")]));
            else if (Recorded.IsTaken(planned.Operation.Id))
                planned.Reject(Rejection.Of([TakenId]));
            else if (planned.Prepared?.Fault is { } fault)
                planned.Reject(fault.Clone());
            else if (!WritePolicy.AllowsKind(Device.Role, planned.Operation))
                planned.Reject(ErrorReason.NotPermitted, "your role does not allow this");
            else if (planned.Prepared?.PushViolation is { } missing)
                planned.Reject(Rejection.Of([missing]));
        }
    }

    public PushOutcome ToOutcome() => Refusal is { } reason
        ? PushOutcome.Refused(reason, Device.LastClientSeq)
        : new PushOutcome([.. Batch.Select(planned => planned.Result)], LastClientSeq);

    private FieldViolation TakenId => Actor.DeviceId is null
        ? new("request_id", "was used by another request")
        : new("operation.id", "is another operation's");

    private ErrorReason? FindRefusal()
    {
        if (Device.Refusal is { } refusal)
            return refusal;
        if (!Device.Follows(Batch))
            return ErrorReason.SequenceGap;
        return Batch.Any(planned => Recorded.IsOfAnother(planned.Operation)) ? ErrorReason.DeviceForked : null;
    }
}
