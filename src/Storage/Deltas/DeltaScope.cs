using KhsCrm.V1;

namespace KhsCrm.Storage.Deltas;

/// <summary>Whose deltas are read, and of what.</summary>
/// <param name="UserId">The signed-in user.</param>
/// <param name="Role">The user's role.</param>
/// <param name="DeviceId">The device, whose <c>last_client_seq</c> a checkpoint reports; null for a caller that is none.</param>
/// <param name="EntityTypes">The kinds wanted; empty for all but <see cref="EntityType.ActivityLog"/>.</param>
/// <param name="SessionId">The session that reads: once it has ended nothing more is read. Null for a reader that has none.</param>
/// <param name="Digests">What to digest at the next checkpoint; null for nothing.</param>
public sealed record DeltaScope(
    Guid UserId,
    Role Role,
    Guid? DeviceId,
    IReadOnlyCollection<EntityType> EntityTypes,
    Guid? SessionId = null,
    DigestRequest? Digests = null)
{
    internal CursorScope ToCursorScope()
    {
        var wanted = EntityTypes.Count > 0
            ? EntityTypes
            : Enum.GetValues<EntityType>().Where(type => type is not (EntityType.Unspecified or EntityType.ActivityLog));
        var types = wanted.Aggregate(0, (bits, type) => bits | (1 << (int)type));
        // The audit trail is the owner's (DESIGN §8).
        return new CursorScope(UserId, Role, Role == Role.Owner ? types : types & ~(1 << (int)EntityType.ActivityLog));
    }
}
