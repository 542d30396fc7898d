using Grpc.Core;
using KhsCrm.Storage.ServiceAccounts;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Paging;
using KhsCrm.SyncServer.Streams;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Services;

internal sealed class ServiceAccountService(
    ServiceAccountStore accounts, PageTokens pages, StreamRegistry streams, TimeProvider timeProvider)
    : V1.ServiceAccountService.ServiceAccountServiceBase
{
    public override async Task<CreateServiceAccountResponse> CreateServiceAccount(
        CreateServiceAccountRequest request, ServerCallContext context)
    {
        var user = await context.RequireOwnerAsync();
        var name = RequestFields.Text("name", request.Name, 1, 100);
        if (request.Role == Role.Unspecified)
            throw RpcFault.Field("role", "must be OWNER or WORKER");
        if (!Enum.IsDefined(request.Role))
            throw RpcFault.Field("role", $"{request.Role:D} is not a Role", ErrorReason.EnumValueUnknown);
        var expiresAt = RequestFields.Time("expires_at", request.ExpiresAt);
        if (expiresAt <= timeProvider.GetUtcNow().UtcDateTime)
            throw RpcFault.Field("expires_at", "must be in the future, or unset");
        var (account, key) = await accounts.CreateAsync(user.Id, name, request.Role, expiresAt, context.CancellationToken);
        return new CreateServiceAccountResponse { ServiceAccount = account, Key = key };
    }

    public override async Task<ListServiceAccountsResponse> ListServiceAccounts(
        ListServiceAccountsRequest request, ServerCallContext context)
    {
        var user = await context.RequireOwnerAsync();
        var page = pages.Open<ServiceAccountStore.Position>(user, request);
        var (found, next) = page.Cut(
            await accounts.ReadAsync(request.IncludeRevoked, page.After, page.Limit, context.CancellationToken),
            ServiceAccountStore.Position.Of);
        return new ListServiceAccountsResponse { ServiceAccounts = { found }, NextPageToken = next };
    }

    public override async Task<RevokeServiceAccountResponse> RevokeServiceAccount(
        RevokeServiceAccountRequest request, ServerCallContext context)
    {
        var user = await context.RequireOwnerAsync();
        var id = RequestFields.Id("user_id", request.UserId);
        var account = await accounts.RevokeAsync(user.Id, id, context.CancellationToken)
            ?? throw new RpcFault(ErrorReason.RowNotFound, "the service account does not exist");
        streams.EndUser(id);
        return new RevokeServiceAccountResponse { ServiceAccount = account };
    }
}
