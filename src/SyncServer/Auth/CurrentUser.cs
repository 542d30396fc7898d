using KhsCrm.V1;

namespace KhsCrm.SyncServer.Auth;

/// <summary>The user of an access token.</summary>
/// <param name="Id">The user.</param>
/// <param name="Role">The role when the token was issued; the database has the last word on a write or a delta.</param>
/// <param name="ExpiresAt">When the token ends.</param>
internal sealed record CurrentUser(Guid Id, Role Role, DateTimeOffset ExpiresAt);
