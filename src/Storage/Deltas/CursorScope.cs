using KhsCrm.V1;

namespace KhsCrm.Storage.Deltas;

/// <summary>Whom a cursor is for, and for which kinds of entities. A cursor of another scope is of no use.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Role">The user's role when the cursor was issued.</param>
/// <param name="Types">The kinds, as a set of bits numbered by <see cref="EntityType"/>.</param>
internal sealed record CursorScope(Guid UserId, Role Role, int Types)
{
    public bool Includes(EntityType type) => (Types & (1 << (int)type)) != 0;
}
