using Grpc.Core;
using KhsCrm.Storage.Queries;
using KhsCrm.Storage.Sessions;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Callers;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Paging;
using KhsCrm.SyncServer.Rows;
using KhsCrm.SyncServer.Streams;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Services;

internal sealed class UserService(
    UserList users, PageTokens pages, TypedWrites writes, PasswordHasher hasher, PasswordChange passwords, StreamRegistry streams)
    : V1.UserService.UserServiceBase
{
    public override async Task<GetUserResponse> GetUser(GetUserRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        return new GetUserResponse { User = await FindAsync(user, RequestFields.Id("user_id", request.UserId), context.CancellationToken) };
    }

    public override async Task<ListUsersResponse> ListUsers(ListUsersRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        if (!Enum.IsDefined(request.Role))
            throw RpcFault.Field("role", $"{request.Role:D} is not a Role", ErrorReason.EnumValueUnknown);
        var page = pages.Open<UserList.Position>(user, request);
        var (found, next) = page.Cut(
            await users.ReadAsync(
                user.Id,
                user.Role,
                request.Role,
                request.IncludeInactive,
                request.IncludeServices,
                page.After,
                page.Limit,
                context.CancellationToken),
            UserList.Position.Of);
        return new ListUsersResponse { Users = { found.Select(Etags.WithEtag) }, NextPageToken = next };
    }

    public override async Task<CreateUserResponse> CreateUser(CreateUserRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        if (PasswordRules.FindViolation(request.Password) is { } violation)
            throw RpcFault.Field("password", violation);
        var made = new User
        {
            Id = TypedWrites.NewRowId(request.User?.Id, request.RequestId),
            Email = request.User?.Email ?? "",
            Name = request.User?.Name ?? "",
            Role = request.User?.Role ?? Role.Unspecified,
            IsActive = true,
        };
        // Before bcrypt: the refusal of what is not allowed costs nothing.
        user.RequireOwner();
        var hash = await Task.Run(() => hasher.Hash(request.Password), context.CancellationToken);
        var (row, isReplay) = await writes.CreateAsync(
            user, new Entity { User = made }, request.RequestId, hash, context.CancellationToken);
        // The ledger knows no password, so that another one is another request only by the user's. Once they have changed it,
        // this request was answered long ago.
        if (isReplay && !await passwords.IsPasswordAsync(Guid.Parse(row.User.Id), request.Password, context.CancellationToken))
            throw RpcFault.Field("request_id", "was used by another request");
        return new CreateUserResponse { User = row.User.WithEtag() };
    }

    public override async Task<UpdateUserResponse> UpdateUser(UpdateUserRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        var mask = Masks.Require(request.UpdateMask, "email", "name", "role");
        var asked = request.User ?? new User();
        RequestFields.Id("user.id", asked.Id);
        var row = await writes.UpdateAsync(
            user, new Entity { User = asked }, mask.Paths, "user.etag", asked.Etag, context.CancellationToken);
        return new UpdateUserResponse { User = row.User.WithEtag() };
    }

    public override async Task<DeactivateUserResponse> DeactivateUser(DeactivateUserRequest request, ServerCallContext context) =>
        new() { User = await SetActiveAsync(request.UserId, request.Etag, isActive: false, context) };

    public override async Task<ReactivateUserResponse> ReactivateUser(ReactivateUserRequest request, ServerCallContext context) =>
        new() { User = await SetActiveAsync(request.UserId, request.Etag, isActive: true, context) };

    public override async Task<ResetPasswordResponse> ResetPassword(ResetPasswordRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        var id = RequestFields.Id("user_id", request.UserId);
        if (PasswordRules.FindViolation(request.NewPassword) is { } violation)
            throw RpcFault.Field("new_password", violation);
        user.RequireOwner();
        var ended = await passwords.ResetAsync(user.Id, id, request.NewPassword, context.CancellationToken)
            ?? throw NotFound();
        streams.EndUser(id);
        return new ResetPasswordResponse { EndedSessions = ended };
    }

    private async Task<User> SetActiveAsync(string userId, string etag, bool isActive, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        RequestFields.Id("user_id", userId);
        var row = await writes.UpdateAsync(
            user,
            new Entity { User = new User { Id = userId, IsActive = isActive } },
            ["is_active"],
            "etag",
            etag,
            context.CancellationToken);
        return row.User.WithEtag();
    }

    private async Task<User> FindAsync(CurrentUser reader, Guid id, CancellationToken cancellationToken) =>
        (await users.FindAsync(reader.Id, reader.Role, id, cancellationToken) ?? throw NotFound()).WithEtag();

    private static RpcFault NotFound() => new(ErrorReason.RowNotFound, "the user does not exist");
}
