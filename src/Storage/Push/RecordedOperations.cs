using KhsCrm.V1;

namespace KhsCrm.Storage.Push;

/// <summary>What the ledger knows of the operations of a batch.</summary>
internal sealed class RecordedOperations
{
    private readonly Dictionary<long, (OperationResult Result, string? OperationId)> _bySeq = [];
    private readonly Dictionary<string, (OperationResult Result, long? OwnSeq)> _byId = [];
    private readonly HashSet<string> _taken = [];

    /// <summary>Notes the result of a number of this device, and of which operation it is; null when that cannot be read.</summary>
    public void Add(long clientSeq, OperationResult result, string? operationId) => _bySeq[clientSeq] = (result, operationId);

    /// <summary>Notes the result of an operation of this user, with its number if it is of this device.</summary>
    public void Add(string operationId, OperationResult result, long? ownSeq) => _byId[operationId] = (result, ownSeq);

    /// <summary>Notes an id that another operation has: its result is none of this one's business.</summary>
    public void AddTaken(string operationId) => _taken.Add(operationId);

    /// <summary>Whether another operation has this id.</summary>
    public bool IsTaken(string operationId) => _taken.Contains(operationId);

    /// <summary>Whether the ledger has the operation's id in another place than its own: it may be another operation.</summary>
    public bool IsElsewhere(Operation operation) =>
        _byId.TryGetValue(operation.Id, out var recorded)
        && !_taken.Contains(operation.Id)
        && recorded.OwnSeq != operation.ClientSeq;

    /// <summary>Whether the operation's number was used by another one: the device was restored from a backup.</summary>
    public bool IsOfAnother(Operation operation) =>
        _bySeq.TryGetValue(operation.ClientSeq, out var recorded) && recorded.OperationId is { } id && id != operation.Id
        // As version 2 of the schema kept it.
        && id != operation.Id.Replace('\0', '\uFFFD');

    /// <summary>
    /// Whether an operation is the recorded one, whatever its number is now. What this server does not know of an operation
    /// its JSON does not have either.
    /// </summary>
    public static bool IsSame(Operation? recorded, PlannedOperation planned)
    {
        if (recorded is null || LedgerJson.TryParse<Operation>(planned.Prepared!.Payload) is not { } pushed)
            return false;
        (recorded.ClientSeq, pushed.ClientSeq) = (0, 0);
        return pushed.Equals(recorded);
    }

    /// <summary>
    /// Gives an operation that was pushed before its recorded result. One that was pushed under another number or device
    /// id, before the device numbered anew, is known by its own id.
    /// </summary>
    public bool TryAnswer(PlannedOperation planned, long lastClientSeq)
    {
        var operation = planned.Operation;
        var isOfThisPlace = operation.ClientSeq <= lastClientSeq;
        OperationResult? recorded = null;
        if (isOfThisPlace)
            recorded = _bySeq.GetValueOrDefault(operation.ClientSeq).Result;
        if (recorded is null && !IsTaken(operation.Id))
            recorded = _byId.GetValueOrDefault(operation.Id).Result;
        if (recorded is null && !isOfThisPlace)
            return false;

        if (recorded is not null)
            planned.Result.MergeFrom(recorded);
        planned.Result.OperationId = operation.Id;
        planned.Result.ClientSeq = operation.ClientSeq;
        // A result that the ledger no longer keeps was given long ago; a device that asks had been told.
        planned.Result.FirstOutcome = recorded?.Outcome ?? OperationOutcome.Applied;
        planned.Result.Outcome = OperationOutcome.Duplicate;
        if (planned.IsSound)
            planned.ShownRow = BatchStateLoader.RowOf(operation);
        return true;
    }
}
