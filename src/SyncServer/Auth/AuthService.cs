using Grpc.Core;
using KhsCrm.Storage.Sessions;
using KhsCrm.SyncServer.Errors;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Auth;

internal sealed class AuthService(SessionStore sessions, AccessTokens tokens) : V1.AuthService.AuthServiceBase
{
    public override async Task<LoginResponse> Login(LoginRequest request, ServerCallContext context)
    {
        var session = await sessions.SignInAsync(request.Email, request.Password, context.CancellationToken)
            ?? throw new RpcFault(ErrorReason.InvalidCredentials, "the e-mail address or the password is wrong");
        return new LoginResponse { Tokens = tokens.Issue(session), User = session.User };
    }

    public override async Task<RefreshTokenResponse> RefreshToken(RefreshTokenRequest request, ServerCallContext context)
    {
        var session = await sessions.RefreshAsync(request.RefreshToken, context.CancellationToken)
            ?? throw new RpcFault(ErrorReason.RefreshTokenInvalid, "the refresh token is unknown, used up or expired");
        return new RefreshTokenResponse { Tokens = tokens.Issue(session) };
    }

    public override async Task<LogoutResponse> Logout(LogoutRequest request, ServerCallContext context)
    {
        await sessions.SignOutAsync(request.RefreshToken, context.CancellationToken);
        return new LogoutResponse();
    }
}
