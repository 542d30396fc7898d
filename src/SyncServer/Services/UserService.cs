using Grpc.Core;
using KhsCrm.Contracts.Rules;
using KhsCrm.Storage.Queries;
using KhsCrm.Storage.Sessions;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Limits;
using KhsCrm.SyncServer.Sync;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Services;

internal sealed class UserService(
    UserList users, TypedWrites writes, PasswordHasher hasher, PasswordChange passwords, StreamRegistry streams)
    : V1.UserService.UserServiceBase
{
    public override async Task<GetUserResponse> GetUser(GetUserRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        return new GetUserResponse { User = await FindAsync(user, Id("user_id", request.UserId), context.CancellationToken) };
    }

    public override async Task<ListUsersResponse> ListUsers(ListUsersRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        if (!Enum.IsDefined(request.Role))
            throw RpcFault.Field("role", $"{request.Role:D} is not a Role", ErrorReason.EnumValueUnknown);
        var query = $"ListUsers {request.Role:D} {request.IncludeInactive}";
        var size = PageTokens.Size(request.PageSize);
        var after = PageTokens.DecodeText(query, request.PageToken) is var (name, id) ? new UserList.Position(name, id) : null;
        var page = await users.ReadAsync(
            user.Id, user.Role, request.Role, request.IncludeInactive, after, size, context.CancellationToken);
        var response = new ListUsersResponse { Users = { page.Select(WithEtag) } };
        if (page.Count == size)
            response.NextPageToken = PageTokens.EncodeText(query, page[^1].Name, Guid.Parse(page[^1].Id));
        return response;
    }

    public override async Task<CreateUserResponse> CreateUser(CreateUserRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        if (PasswordRules.FindViolation(request.Password) is { } violation)
            throw RpcFault.Field("password", violation);
        var made = new User
        {
            // The same request makes the same row, also where the server chooses the id.
            Id = request.User?.Id is { Length: > 0 } id ? id
                : request.RequestId.Length > 0 ? request.RequestId : Guid.CreateVersion7().ToString(),
            Email = request.User?.Email ?? "",
            Name = request.User?.Name ?? "",
            Role = request.User?.Role ?? Role.Unspecified,
            IsActive = true,
        };
        // Before bcrypt: the refusal of what is not allowed costs nothing.
        RequireOwner(user);
        var hash = await Task.Run(() => hasher.Hash(request.Password), context.CancellationToken);
        var row = await writes.CreateAsync(
            user, new Entity { User = made }, request.RequestId, hash, context.CancellationToken);
        return new CreateUserResponse
        {
            User = row is null ? await FindAsync(user, Guid.Parse(made.Id), context.CancellationToken) : WithEtag(row.User),
        };
    }

    public override async Task<UpdateUserResponse> UpdateUser(UpdateUserRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        var mask = Masks.Require(request.UpdateMask, "email", "name", "role");
        var asked = request.User ?? new User();
        Id("user.id", asked.Id);
        var row = await writes.UpdateAsync(
            user, new Entity { User = asked }, mask.Paths, "user.etag", asked.Etag, context.CancellationToken);
        return new UpdateUserResponse { User = WithEtag(row.User) };
    }

    public override async Task<DeactivateUserResponse> DeactivateUser(DeactivateUserRequest request, ServerCallContext context) =>
        new() { User = await SetActiveAsync(request.UserId, request.Etag, isActive: false, context) };

    public override async Task<ReactivateUserResponse> ReactivateUser(ReactivateUserRequest request, ServerCallContext context) =>
        new() { User = await SetActiveAsync(request.UserId, request.Etag, isActive: true, context) };

    public override async Task<ResetPasswordResponse> ResetPassword(ResetPasswordRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        var id = Id("user_id", request.UserId);
        if (PasswordRules.FindViolation(request.NewPassword) is { } violation)
            throw RpcFault.Field("new_password", violation);
        RequireOwner(user);
        var ended = await passwords.ResetAsync(user.Id, id, request.NewPassword, context.CancellationToken)
            ?? throw NotFound();
        streams.EndUser(id);
        return new ResetPasswordResponse { EndedSessions = ended };
    }

    private async Task<User> SetActiveAsync(string userId, string etag, bool isActive, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        Id("user_id", userId);
        var row = await writes.UpdateAsync(
            user,
            new Entity { User = new User { Id = userId, IsActive = isActive } },
            ["is_active"],
            "etag",
            etag,
            context.CancellationToken);
        return WithEtag(row.User);
    }

    private async Task<User> FindAsync(CurrentUser reader, Guid id, CancellationToken cancellationToken) =>
        WithEtag(await users.FindAsync(reader.Id, reader.Role, id, cancellationToken) ?? throw NotFound());

    private static void RequireOwner(CurrentUser user)
    {
        if (!WritePolicy.AllowsPasswordReset(user.Role))
            throw new RpcFault(ErrorReason.NotPermitted, "your role does not allow this");
    }

    private static Guid Id(string field, string id) =>
        HelloRules.IsUuid(id) ? Guid.Parse(id) : throw RpcFault.Field(field, "must be a lower-case UUID");

    private static RpcFault NotFound() => new(ErrorReason.RowNotFound, "the user does not exist");

    private static User WithEtag(User user)
    {
        user.Etag = Etags.Of(user.UpdatedAt);
        return user;
    }
}
