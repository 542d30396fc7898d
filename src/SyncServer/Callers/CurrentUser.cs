using KhsCrm.V1;

namespace KhsCrm.SyncServer.Callers;

/// <summary>The user of an access token.</summary>
/// <param name="Id">The user.</param>
/// <param name="Role">The role when the call began; the database has the last word on a write or a delta.</param>
/// <param name="SessionId">The session: the family of its refresh tokens.</param>
/// <param name="ExpiresAt">When the token ends.</param>
internal sealed record CurrentUser(Guid Id, Role Role, Guid SessionId, DateTimeOffset ExpiresAt);
