using KhsCrm.V1;

namespace KhsCrm.Storage.Deltas;

/// <summary>Whom a cursor is for. A cursor of another scope is of no use.</summary>
/// <param name="UserId">The user.</param>
/// <param name="Role">The user's role when the cursor was issued.</param>
internal sealed record CursorScope(Guid UserId, Role Role);
