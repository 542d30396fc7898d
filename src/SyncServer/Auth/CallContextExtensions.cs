using Grpc.Core;
using KhsCrm.Contracts.Rules;
using KhsCrm.SyncServer.Callers;
using KhsCrm.SyncServer.Errors;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Auth;

internal static class CallContextExtensions
{
    private const string Scheme = "Bearer ";

    /// <summary>The signed-in user of a call.</summary>
    /// <exception cref="RpcFault">There is none, or the session has ended.</exception>
    public static Task<CurrentUser> RequireUserAsync(this ServerCallContext context)
    {
        var header = context.RequestHeaders.GetValue("authorization");
        var token = header?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) == true ? header[Scheme.Length..] : null;
        return context.GetHttpContext().RequestServices.GetRequiredService<Authenticator>()
            .AuthenticateAsync(token, context.CancellationToken);
    }

    /// <summary>The signed-in owner of a call.</summary>
    /// <exception cref="RpcFault">Nobody is signed in, or somebody who is no owner.</exception>
    public static async Task<CurrentUser> RequireOwnerAsync(this ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        user.RequireOwner();
        return user;
    }

    /// <exception cref="RpcFault">The user is no owner.</exception>
    public static void RequireOwner(this CurrentUser user)
    {
        if (!WritePolicy.AllowsAdministration(user.Role))
            throw new RpcFault(ErrorReason.NotPermitted, "your role does not allow this");
    }
}
