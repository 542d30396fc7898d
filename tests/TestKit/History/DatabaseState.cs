namespace KhsCrm.TestKit.History;

/// <summary>The database when a history has ended and nothing is written any more.</summary>
/// <param name="Rows">Its rows of the kinds that devices hold.</param>
/// <param name="Deleted">The rows that have a tombstone.</param>
/// <param name="Scopes">For each active user the rows that the policy gives them.</param>
/// <param name="Creates">How often the audit trail says that a row was created, where it is not once.</param>
/// <param name="RepeatedNotes">Notes that the audit trail says were written to a row more than once: row and notes.</param>
/// <param name="RepeatedOperations">Operations that stand in the ledger more than once.</param>
public sealed record DatabaseState(
    IReadOnlyDictionary<RowKey, RowFacts> Rows,
    IReadOnlySet<RowKey> Deleted,
    IReadOnlyDictionary<string, HashSet<RowKey>> Scopes,
    IReadOnlyDictionary<RowKey, long> Creates,
    IReadOnlySet<(RowKey Row, string Notes)> RepeatedNotes,
    IReadOnlySet<string> RepeatedOperations);
