using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>
/// An edit of this device that met a change of somebody else, with both values. It waits until a person decides:
/// <see cref="DeviceOutbox.KeepMineAsync"/> or <see cref="DeviceOutbox.KeepTheirsAsync"/>.
/// </summary>
/// <param name="Kind">Whose values stand now.</param>
/// <param name="Operation">The edit. Its <c>entity</c> has this device's values; a deletion has none.</param>
/// <param name="Fields">
/// The proto names of the fields that both had changed; empty when this device deleted what the other had changed.
/// </param>
/// <param name="Theirs">
/// The other's values in those fields, or the whole row as the other left it; null when the server did not say.
/// </param>
/// <param name="QueuedAt">When the edit was made, by the device's clock.</param>
public sealed record EditConflict(
    ConflictKind Kind, Operation Operation, IReadOnlyList<string> Fields, Entity? Theirs, DateTimeOffset QueuedAt)
{
    /// <summary>The id of the edit, by which the conflict is resolved.</summary>
    public string OperationId => Operation.Id;

    /// <summary>The row with this device's values, in the fields of the edit.</summary>
    public Entity Mine => Operation.Entity;
}

/// <summary>Whose values stand while a conflict is not resolved.</summary>
public enum ConflictKind
{
    /// <summary>This device's: the edit took effect and overwrote the other's.</summary>
    Merged = 1,

    /// <summary>The other's: the server rejected the edit, as its policy asked.</summary>
    Rejected = 2,
}
