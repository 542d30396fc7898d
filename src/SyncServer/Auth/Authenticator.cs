using KhsCrm.Storage.Sessions;
using KhsCrm.SyncServer.Callers;
using KhsCrm.SyncServer.Errors;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Auth;

/// <summary>
/// Says who calls. The token says which session; the database, whether the session goes on and what its user may do, for a
/// token is good for minutes after a sign-out, a deactivation or a change of role.
/// </summary>
internal sealed class Authenticator(AccessTokens tokens, SessionDirectory sessions)
{
    /// <exception cref="RpcFault">The token is forged, expired or none, or its session has ended.</exception>
    public async Task<CurrentUser> AuthenticateAsync(string? token, CancellationToken cancellationToken)
    {
        var user = await tokens.ValidateAsync(token);
        return user with { Role = await FindRoleAsync(user.Id, user.SessionId, cancellationToken) };
    }

    /// <summary>The role of a session's user as it is now.</summary>
    /// <exception cref="RpcFault">The session has ended.</exception>
    public async Task<Role> FindRoleAsync(Guid userId, Guid sessionId, CancellationToken cancellationToken)
    {
        var role = await sessions.FindRoleAsync(userId, sessionId, cancellationToken);
        return role == Role.Unspecified
            ? throw new RpcFault(ErrorReason.AccessTokenInvalid, "the session has ended")
            : role;
    }
}
