using KhsCrm.V1;

namespace KhsCrm.Storage.Deltas;

/// <summary>Whose deltas are read, and of what.</summary>
/// <param name="UserId">The signed-in user.</param>
/// <param name="Role">The user's role.</param>
/// <param name="DeviceId">The device, whose <c>last_client_seq</c> a checkpoint reports; null for a caller that is none.</param>
/// <param name="EntityTypes">The kinds wanted; empty for <see cref="KindSet.Default"/>. What is not known here is passed over.</param>
/// <param name="SessionId">The session that reads: once it has ended nothing more is read. Null for a reader that has none.</param>
/// <param name="Digests">What to digest at the next checkpoint; null for nothing.</param>
/// <param name="TakesKindsAnew">Whether the reader obeys what a delta says of kinds that begin anew; otherwise everything does.</param>
public sealed record DeltaScope(
    Guid UserId,
    Role Role,
    Guid? DeviceId,
    IReadOnlyCollection<EntityType> EntityTypes,
    Guid? SessionId = null,
    DigestRequest? Digests = null,
    bool TakesKindsAnew = false)
{
    internal CursorScope Reader => new(UserId, Role);

    /// <summary>The kinds that are wanted, known here, and the user's.</summary>
    public KindSet ToKinds(DeltaOptions options)
    {
        var kinds = (EntityTypes.Count > 0 ? KindSet.Of(EntityTypes) : KindSet.Default).Intersect(options.Kinds);
        return Role == Role.Owner ? kinds : kinds.Except(KindSet.OfOwner);
    }
}
