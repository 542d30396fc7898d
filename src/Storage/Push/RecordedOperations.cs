using KhsCrm.V1;

namespace KhsCrm.Storage.Push;

/// <summary>What the ledger knows of the operations of a batch.</summary>
internal sealed class RecordedOperations
{
    private readonly Dictionary<long, OperationResult> _bySeq = [];
    private readonly Dictionary<string, OperationResult> _byId = [];
    private readonly HashSet<string> _taken = [];
    private readonly Dictionary<string, Operation> _requests = [];

    public void Add(long? seqOfThisDevice, OperationResult result)
    {
        if (seqOfThisDevice is { } seq)
            _bySeq[seq] = result;
        _byId[result.OperationId] = result;
    }

    /// <summary>Notes an id that another user's operation has: its result is none of this user's business.</summary>
    public void AddTaken(string operationId) => _taken.Add(operationId);

    /// <summary>Whether another user's operation has this id.</summary>
    public bool IsTaken(string operationId) => _taken.Contains(operationId);

    /// <summary>What a typed RPC asked: its id answers that request only.</summary>
    public void AddRequest(Operation operation) => _requests[operation.Id] = operation;

    /// <summary>Whether the operation's number was used by another one: the device was restored from a backup.</summary>
    public bool IsOfAnother(Operation operation) =>
        _bySeq.TryGetValue(operation.ClientSeq, out var result) && result.OperationId != operation.Id;

    /// <summary>
    /// Gives an operation that was pushed before its recorded result. One that was pushed under another number or device
    /// id, before the device numbered anew, is known by its own id.
    /// </summary>
    public bool TryAnswer(PlannedOperation planned, long lastClientSeq)
    {
        var operation = planned.Operation;
        if (!_byId.TryGetValue(operation.Id, out var recorded) && operation.ClientSeq > lastClientSeq)
            return false;
        if (_requests.TryGetValue(operation.Id, out var request) && !request.Equals(operation))
        {
            planned.Reject(Rejection.Of([new("request_id", "was used by another request")]));
            return true;
        }

        if (recorded is not null)
            planned.Result.MergeFrom(recorded);
        planned.Result.OperationId = operation.Id;
        planned.Result.ClientSeq = operation.ClientSeq;
        // A result that the ledger no longer keeps was given long ago; a device that asks had been told.
        planned.Result.FirstOutcome = recorded?.Outcome ?? OperationOutcome.Applied;
        planned.Result.Outcome = OperationOutcome.Duplicate;
        if (planned.Violations.Count == 0)
            planned.ShownRow = BatchStateLoader.RowOf(operation);
        return true;
    }
}
