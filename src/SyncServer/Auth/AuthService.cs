using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using KhsCrm.Contracts.Values;
using KhsCrm.Storage.ServiceAccounts;
using KhsCrm.Storage.Sessions;
using KhsCrm.SyncServer.Callers;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Limits;
using KhsCrm.SyncServer.Rows;
using KhsCrm.SyncServer.Streams;
using KhsCrm.V1;
using Microsoft.Extensions.Options;

namespace KhsCrm.SyncServer.Auth;

internal sealed class AuthService(
    SessionStore sessions,
    SessionDirectory directory,
    PasswordChange passwords,
    AccessTokens tokens,
    AttemptLimits limits,
    StreamRegistry streams,
    ServiceAccountStore serviceAccounts,
    IOptions<AuthOptions> options) : V1.AuthService.AuthServiceBase
{
    public override async Task<LoginResponse> Login(LoginRequest request, ServerCallContext context)
    {
        limits.CountPassword(CallerAddress.Of(context), request.Email);
        var session = await sessions.SignInAsync(request.Email, request.Password, context.CancellationToken)
            ?? throw new RpcFault(ErrorReason.InvalidCredentials, "the e-mail address or the password is wrong");
        return new LoginResponse { Tokens = tokens.Issue(session), User = session.User.WithEtag() };
    }

    public override async Task<RefreshTokenResponse> RefreshToken(RefreshTokenRequest request, ServerCallContext context)
    {
        limits.CountRefresh(CallerAddress.Of(context));
        if (await directory.FindUserAsync(request.RefreshToken, context.CancellationToken) is { } userId)
            limits.CountRefresh(userId);
        var session = await sessions.RefreshAsync(request.RefreshToken, context.CancellationToken)
            ?? throw new RpcFault(ErrorReason.RefreshTokenInvalid, "the refresh token is unknown, used up or expired");
        return new RefreshTokenResponse { Tokens = tokens.Issue(session) };
    }

    public override async Task<LogoutResponse> Logout(LogoutRequest request, ServerCallContext context)
    {
        if (await sessions.SignOutAsync(request.RefreshToken, context.CancellationToken) is var (userId, familyId))
            streams.EndSession(userId, familyId);
        return new LogoutResponse();
    }

    public override async Task<ChangePasswordResponse> ChangePassword(ChangePasswordRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        if (PasswordRules.FindViolation(request.NewPassword) is { } violation)
            throw RpcFault.Field("new_password", violation);
        // A stolen access token must not be a way to guess the password.
        limits.CountPassword(CallerAddress.Of(context), user.Id.ToString());
        var session = await passwords.ChangeAsync(
            user.Id, user.SessionId, request.CurrentPassword, request.NewPassword, context.CancellationToken)
            ?? throw new RpcFault(ErrorReason.InvalidCredentials, "the current password is wrong");
        streams.EndUser(user.Id, exceptSessionId: user.SessionId);
        return new ChangePasswordResponse { Tokens = tokens.Issue(session) };
    }

    public override async Task<ListSessionsResponse> ListSessions(ListSessionsRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        return new ListSessionsResponse
        {
            Sessions = { await directory.ListAsync(user.Id, user.SessionId, context.CancellationToken) },
        };
    }

    public override async Task<RevokeSessionResponse> RevokeSession(RevokeSessionRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        if (!Uuid.Is(request.FamilyId))
            throw RpcFault.Field("family_id", "must be a lower-case UUID");
        var familyId = Guid.Parse(request.FamilyId);
        if (!await directory.EndAsync(user.Id, familyId, context.CancellationToken))
            throw new RpcFault(ErrorReason.RowNotFound, "you have no such session");
        streams.EndSession(user.Id, familyId);
        return new RevokeSessionResponse();
    }

    public override async Task<ExchangeServiceKeyResponse> ExchangeServiceKey(
        ExchangeServiceKeyRequest request, ServerCallContext context)
    {
        limits.CountRefresh(CallerAddress.Of(context));
        var session = await serviceAccounts.OpenSessionAsync(
            request.Key, options.Value.AccessTokenLifetime, context.CancellationToken)
            ?? throw new RpcFault(ErrorReason.InvalidCredentials, "the key is unknown, revoked or expired");
        var (token, expiresAt) = tokens.IssueAccess(session);
        return new ExchangeServiceKeyResponse
        {
            AccessToken = token,
            AccessTokenExpiresAt = Timestamp.FromDateTime(expiresAt),
        };
    }
}
