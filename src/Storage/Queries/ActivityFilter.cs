namespace KhsCrm.Storage.Queries;

/// <summary>Which entries of the audit trail to list. An entry must pass every part that is set.</summary>
/// <param name="EntityType">Only changes of this kind of entity, such as <c>customer</c>.</param>
/// <param name="Entity">Only changes of this row.</param>
/// <param name="User">Only changes that this user made.</param>
/// <param name="Job">Only changes of this job and of what hangs on it.</param>
/// <param name="Start">Only changes at this time or later.</param>
/// <param name="End">Only changes before this time.</param>
public sealed record ActivityFilter(
    string? EntityType, Guid? Entity, Guid? User, Guid? Job, DateTime? Start, DateTime? End);
