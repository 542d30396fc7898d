using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>An edit of this device that took effect and overwrote what somebody else had set meanwhile.</summary>
/// <param name="Operation">The edit, with the values of this device.</param>
/// <param name="Fields">The proto names of the fields that were overwritten.</param>
/// <param name="Overwritten">The values that were overwritten, in those fields.</param>
/// <param name="RecordedAt">When this device learned of it.</param>
public sealed record MergeConflict(
    Operation Operation, IReadOnlyList<string> Fields, Entity Overwritten, DateTimeOffset RecordedAt);
