using Grpc.Core;

namespace KhsCrm.SyncServer.Auth;

internal static class CallContextExtensions
{
    private const string Scheme = "Bearer ";

    /// <summary>The signed-in user of a call.</summary>
    /// <exception cref="Errors.RpcFault">There is none, or the session has ended.</exception>
    public static Task<CurrentUser> RequireUserAsync(this ServerCallContext context)
    {
        var header = context.RequestHeaders.GetValue("authorization");
        var token = header?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true ? header[Scheme.Length..] : null;
        return context.GetHttpContext().RequestServices.GetRequiredService<Authenticator>()
            .AuthenticateAsync(token, context.CancellationToken);
    }
}
