using KhsCrm.V1;

namespace KhsCrm.TestKit.History;

/// <summary>The operations of a history: what was sent, what was acknowledged, and what the database must show for it.</summary>
internal sealed class OperationBook
{
    private readonly Dictionary<string, Operation> _sent = [];
    private readonly Dictionary<RowKey, (RowFacts Facts, string Operation)> _confirmed = [];
    private readonly Dictionary<RowKey, string> _created = [];
    private readonly HashSet<RowKey> _deletes = [];

    /// <summary>How many were acknowledged as applied.</summary>
    public long Acknowledged { get; private set; }

    public void Send(Operation operation) => _sent[operation.Id] = operation;

    /// <summary>The operation, as long as its result may still come.</summary>
    public Operation? Find(string id) => _sent.GetValueOrDefault(id);

    /// <summary>Notes a result.</summary>
    /// <returns>The row that is confirmed by it; null for none.</returns>
    public RowFacts? Answer(OperationResult result)
    {
        if (!_sent.TryGetValue(result.OperationId, out var operation) || !IsApplied(result))
            return null;
        _sent.Remove(result.OperationId);
        Acknowledged++;
        if (RowFacts.Of(operation.Entity) is not { } asked)
            return null;
        if (operation.Kind == OperationKind.Delete)
        {
            _deletes.Add(asked.Row);
            return null;
        }

        if (operation.Kind == OperationKind.Create)
            _created[asked.Row] = operation.Id;
        if (RowFacts.Of(result.Entity) is not { } facts || facts.Row != asked.Row)
            return null;
        Confirm(facts, operation.Id);
        return facts;
    }

    public void Confirm(RowFacts facts, string by)
    {
        if (!_confirmed.TryGetValue(facts.Row, out var old) || old.Facts.Version < facts.Version)
            _confirmed[facts.Row] = (facts, by);
    }

    public void Check(DatabaseState state, Findings findings)
    {
        foreach (var (row, (facts, by)) in _confirmed)
        {
            if (state.Deleted.Contains(row))
                continue;
            if (!state.Rows.TryGetValue(row, out var there))
                findings.Add(FindingKind.Lost, "", $"{row}, confirmed by {by}, is not in the database");
            else if (there.Version < facts.Version)
                findings.Add(FindingKind.Lost, "", $"{row} has version {there.Version}; {by} confirmed {facts.Version}");
        }

        foreach (var (row, operation) in _created)
        {
            if (!state.Rows.ContainsKey(row) && !state.Deleted.Contains(row))
                findings.Add(FindingKind.Lost, "", $"{row}, created by {operation}, is not in the database");
            if (state.Creates.TryGetValue(row, out var count) && count != 1)
                findings.Add(count == 0 ? FindingKind.Lost : FindingKind.Doubled, "", $"{row} was created {count} times by {operation}");
        }

        foreach (var row in _deletes.Where(row => row.Type != EntityType.Material && state.Rows.ContainsKey(row)))
            findings.Add(FindingKind.Lost, "", $"{row} was deleted and is in the database");
        foreach (var (row, notes) in state.RepeatedNotes)
            findings.Add(FindingKind.Doubled, "", $"'{notes}' was written to {row} more than once");
        foreach (var operation in state.RepeatedOperations)
            findings.Add(FindingKind.Doubled, "", $"operation {operation} is in the ledger more than once");
    }

    private static bool IsApplied(OperationResult result) => result.Outcome switch
    {
        OperationOutcome.Applied or OperationOutcome.Merged => true,
        OperationOutcome.Duplicate => result.FirstOutcome is OperationOutcome.Applied or OperationOutcome.Merged,
        _ => false,
    };
}
