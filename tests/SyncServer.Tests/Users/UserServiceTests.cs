using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Users;

/// <summary>Users are made, changed, shut out and let in by owners.</summary>
public sealed class UserServiceTests
{
    private const string Password = "eight or more";

    [Fact]
    public async Task A_user_that_is_made_signs_in_and_the_same_request_makes_nobody_else()
    {
        await using var server = await RunningServer.StartAsync();
        var owner = await server.OwnerAsync();
        var request = new CreateUserRequest
        {
            User = new User { Email = "New@khscrm.com", Name = "New", Role = Role.Worker },
            Password = Password,
            RequestId = $"{Guid.CreateVersion7()}",
        };

        var first = await Client(server).CreateUserAsync(request, owner, cancellationToken: Cancellation);
        var again = await Client(server).CreateUserAsync(request, owner, cancellationToken: Cancellation);

        Assert.Equal(first, again);
        Assert.Equal(first.User.Id, (await server.LoginAsync("new@khscrm.com", Password)).User.Id);
        Assert.Equal(
            "create/user/completed/",
            await server.ScalarAsync<string>("SELECT string_agg(concat_ws('/', operation, entity_type, status, device_id::text) || '/', '') FROM sync_queue"));

        var other = request.Clone();
        other.User.Name = "Somebody else";
        await ExpectFieldAsync("request_id", async () =>
            await Client(server).CreateUserAsync(other, owner, cancellationToken: Cancellation));
        other = request.Clone();
        other.Password = "another password";
        await ExpectFieldAsync("request_id", async () =>
            await Client(server).CreateUserAsync(other, owner, cancellationToken: Cancellation));
        other.RequestId = "";
        await Faults.ExpectAsync(StatusCode.AlreadyExists, ErrorReason.RowExists, async () =>
            await Client(server).CreateUserAsync(other, owner, cancellationToken: Cancellation));
    }

    [Theory]
    [InlineData("", "Name", Role.Worker, Password, "email")]
    [InlineData("a@b", "", Role.Worker, Password, "name")]
    [InlineData("a@b", "Name", Role.Unspecified, Password, "role")]
    [InlineData("a@b", "Name", (Role)9, Password, "role")]
    [InlineData("a@b", "Name", Role.Worker, "1234567", "password")]
    public async Task A_bad_user_is_refused_by_field(string email, string name, Role role, string password, string field)
    {
        await using var server = await RunningServer.StartAsync();
        var request = new CreateUserRequest { User = new User { Email = email, Name = name, Role = role }, Password = password };
        var owner = await server.OwnerAsync();

        var exception = await Assert.ThrowsAsync<RpcException>(async () =>
            await Client(server).CreateUserAsync(request, owner, cancellationToken: Cancellation));

        Assert.Equal(StatusCode.InvalidArgument, exception.StatusCode);
        Assert.Equal([field], Faults.Fields(exception.GetRpcStatus()!));
    }

    [Fact]
    public async Task An_update_sets_the_masked_fields_of_the_version_that_was_seen()
    {
        await using var server = await RunningServer.StartAsync();
        var owner = await server.OwnerAsync();
        var id = await server.AddUserAsync("w@khscrm.com");
        var seen = (await Client(server).GetUserAsync(new() { UserId = $"{id}" }, owner, cancellationToken: Cancellation)).User;
        var update = new UpdateUserRequest
        {
            User = new User { Id = $"{id}", Name = "Renamed", Email = "ignored@khscrm.com", Etag = seen.Etag },
            UpdateMask = new() { Paths = { "name" } },
        };

        var updated = (await Client(server).UpdateUserAsync(update, owner, cancellationToken: Cancellation)).User;

        Assert.Equal(("Renamed", "w@khscrm.com"), (updated.Name, updated.Email));
        Assert.NotEqual(seen.Etag, updated.Etag);
        await Faults.ExpectAsync(StatusCode.Aborted, ErrorReason.Conflict, async () =>
            await Client(server).UpdateUserAsync(update, owner, cancellationToken: Cancellation));
        update.User.Etag = updated.Etag;
        foreach (var path in new[] { "is_active", "password_hash", "nonsense" })
        {
            update.UpdateMask = new() { Paths = { path } };
            await ExpectFieldAsync("update_mask", async () =>
                await Client(server).UpdateUserAsync(update, owner, cancellationToken: Cancellation));
        }

        update.User.Etag = "nonsense";
        update.UpdateMask = new() { Paths = { "name" } };
        await ExpectFieldAsync("user.etag", async () =>
            await Client(server).UpdateUserAsync(update, owner, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task A_deactivated_user_is_out_at_once_and_comes_back_only_by_signing_in()
    {
        await using var server = await RunningServer.StartAsync();
        var owner = await server.OwnerAsync();
        var id = await server.AddUserAsync("w@khscrm.com");
        var login = await server.LoginAsync("w@khscrm.com");
        var worker = RunningServer.Bearer(login.Tokens.AccessToken);
        using var stream = server.OpenStream(worker);
        await stream.CatchUpAsync();

        var answer = await Client(server).DeactivateUserAsync(new() { UserId = $"{id}" }, owner, cancellationToken: Cancellation);

        Assert.False(answer.User.IsActive);
        await Faults.ExpectAsync(StatusCode.Unauthenticated, ErrorReason.AccessTokenInvalid, stream.ReadToEndAsync);
        await Faults.ExpectAsync(StatusCode.Unauthenticated, ErrorReason.InvalidCredentials, () => server.LoginAsync("w@khscrm.com"));
        await Client(server).ReactivateUserAsync(new() { UserId = $"{id}" }, owner, cancellationToken: Cancellation);
        await Faults.ExpectAsync(StatusCode.Unauthenticated, ErrorReason.AccessTokenInvalid, () => server.OpenStream(worker).CatchUpAsync());
        await server.LoginAsync("w@khscrm.com");
    }

    [Fact]
    public async Task A_device_that_pushes_a_deactivation_ends_the_sessions_as_well()
    {
        await using var server = await RunningServer.StartAsync();
        var id = await server.AddUserAsync("w@khscrm.com");
        using var shutOut = server.OpenStream(await server.SignInAsync("w@khscrm.com"));
        using var owner = server.OpenStream(await server.OwnerAsync());
        await shutOut.CatchUpAsync();
        await owner.CatchUpAsync();

        await owner.SendAsync(new()
        {
            PushBatch = new PushBatch
            {
                Operations =
                {
                    new Operation
                    {
                        Id = $"{Guid.CreateVersion7()}",
                        ClientSeq = 1,
                        Kind = OperationKind.Update,
                        Entity = new Entity { User = new User { Id = $"{id}" } },
                        UpdateMask = new() { Paths = { "is_active" } },
                    },
                },
            },
        });

        await Faults.ExpectAsync(StatusCode.Unauthenticated, ErrorReason.AccessTokenInvalid, shutOut.ReadToEndAsync);
        Assert.Equal(0, await server.ScalarAsync<long>($"SELECT count(*) FROM refresh_tokens WHERE user_id = '{id}'"));
    }

    [Fact]
    public async Task The_last_active_owner_stays_an_active_owner()
    {
        await using var server = await RunningServer.StartAsync();
        var owner = await server.OwnerAsync();
        var demotion = new UpdateUserRequest
        {
            User = new User { Id = RunningServer.OwnerId, Role = Role.Worker },
            UpdateMask = new() { Paths = { "role" } },
        };

        await Faults.ExpectAsync(StatusCode.FailedPrecondition, ErrorReason.LastOwner, async () =>
            await Client(server).DeactivateUserAsync(new() { UserId = RunningServer.OwnerId }, owner, cancellationToken: Cancellation));
        await Faults.ExpectAsync(StatusCode.FailedPrecondition, ErrorReason.LastOwner, async () =>
            await Client(server).UpdateUserAsync(demotion, owner, cancellationToken: Cancellation));

        await server.AddUserAsync("two@khscrm.com", "OWNER");
        await Client(server).UpdateUserAsync(demotion, owner, cancellationToken: Cancellation);
        // The token still says owner; the database does not.
        await Faults.ExpectAsync(StatusCode.PermissionDenied, ErrorReason.NotPermitted, async () =>
            await Client(server).DeactivateUserAsync(new() { UserId = RunningServer.OwnerId }, owner, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task A_reset_password_ends_the_users_sessions()
    {
        await using var server = await RunningServer.StartAsync();
        var owner = await server.OwnerAsync();
        var id = await server.AddUserAsync("w@khscrm.com");
        using var stream = server.OpenStream(await server.SignInAsync("w@khscrm.com"));
        await stream.CatchUpAsync();
        await server.LoginAsync("w@khscrm.com");

        var reset = await Client(server).ResetPasswordAsync(
            new() { UserId = $"{id}", NewPassword = Password }, owner, cancellationToken: Cancellation);

        Assert.Equal(2, reset.EndedSessions);
        await Faults.ExpectAsync(StatusCode.Unauthenticated, ErrorReason.AccessTokenInvalid, stream.ReadToEndAsync);
        await server.LoginAsync("w@khscrm.com", Password);
    }

    [Fact]
    public async Task A_list_is_paged_by_name_whatever_names_hold()
    {
        await using var server = await RunningServer.StartAsync();
        var owner = await server.OwnerAsync();
        await server.RunAsync("INSERT INTO users (email, name, role) SELECT i || '@x', 'same|name', 'WORKER' FROM generate_series(1, 5) i");
        var request = new ListUsersRequest { PageSize = 2, IncludeInactive = true };
        List<User> users = [];
        do
        {
            var page = await Client(server).ListUsersAsync(request, owner, cancellationToken: Cancellation);
            users.AddRange(page.Users);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(await server.ScalarAsync<long>("SELECT count(*) FROM users"), users.Select(user => user.Id).Distinct().Count());
        var owners = await Client(server).ListUsersAsync(new() { Role = Role.Owner }, owner, cancellationToken: Cancellation);
        Assert.Equal(RunningServer.OwnerId, Assert.Single(owners.Users).Id);
    }

    [Fact]
    public async Task A_list_paged_while_rows_change_has_each_unchanged_row_once()
    {
        await using var office = await Office.OpenAsync();
        await office.Server.RunAsync(
            "INSERT INTO users (email, name, role) SELECT i || '@x', 'n' || lpad(i::text, 2, '0'), 'WORKER' FROM generate_series(1, 20) i");

        var names = await Office.PageAsync<ListUsersResponse, string>(
            office.Owner,
            new ListUsersRequest { PageSize = 6 },
            page => page.Users.Select(user => user.Name),
            // A row goes from the end to the beginning, one the other way; one is shut out, one is new.
            page => office.Server.RunAsync(page switch
            {
                0 => "UPDATE users SET name = 'a' WHERE name = 'n20'; UPDATE users SET name = 'z' WHERE name = 'n01'",
                1 => "UPDATE users SET is_active = false WHERE name = 'n19'; INSERT INTO users (email, name, role) VALUES ('b@x', 'b', 'WORKER')",
                _ => "SELECT 1",
            }));

        string[] unchanged = [.. Enumerable.Range(2, 17).Select(i => $"n{i:00}")];
        Assert.Equal(unchanged, names.Where(unchanged.Contains));
        Assert.Empty(names.Intersect(["a", "b", "n19", "n20"]));
        Assert.Equal("z", names[^1]);
    }

    [Fact]
    public async Task A_version_that_was_not_seen_and_an_address_that_is_taken_leave_the_user_alone()
    {
        await using var office = await Office.OpenAsync();
        var id = office.Worker.UserId;
        var stale = (await office.Owner.CallAsync<GetUserResponse>(new GetUserRequest { UserId = id })).User.Etag;
        await office.Server.RunAsync($"UPDATE users SET name = 'Wim' WHERE id = '{id}'");

        await office.Owner.FailAsync(StatusCode.Aborted, ErrorReason.Conflict, new DeactivateUserRequest { UserId = id, Etag = stale });
        await office.Owner.FailAsync(StatusCode.Aborted, ErrorReason.Conflict, new ReactivateUserRequest { UserId = id, Etag = stale });
        await office.Owner.FailFieldsAsync(new DeactivateUserRequest { UserId = id, Etag = "nonsense" }, "etag");
        await office.Owner.FailAsync(StatusCode.AlreadyExists, ErrorReason.RowExists, Update(new() { Id = id, Email = "OWNER@khscrm.com" }, "email"));
        await office.Owner.FailFieldsAsync(Update(new() { Id = id, Email = "nobody" }, "email"), "email");
        await office.Owner.FailFieldsAsync(Update(new() { Id = id, Name = " " }, "name"), "name");
        await office.Owner.FailFieldsAsync(new ResetPasswordRequest { UserId = id, NewPassword = "1234567" }, "new_password");
        var unknown = await office.Owner.FailAsync(
            StatusCode.InvalidArgument, ErrorReason.EnumValueUnknown, new ListUsersRequest { Role = (Role)9 });
        Assert.Equal(["role"], Faults.Fields(unknown));

        var user = (await office.Owner.CallAsync<GetUserResponse>(new GetUserRequest { UserId = id })).User;
        Assert.Equal(("Wim", "w@khscrm.com", true), (user.Name, user.Email, user.IsActive));

        static UpdateUserRequest Update(User user, string path) => new() { User = user, UpdateMask = new() { Paths = { path } } };
    }

    [Fact]
    public async Task A_worker_reads_names_only_and_writes_nobody()
    {
        await using var server = await RunningServer.StartAsync();
        var me = $"{await server.AddUserAsync("w@khscrm.com")}";
        var worker = await server.SignInAsync("w@khscrm.com");
        var client = Client(server);

        var users = (await client.ListUsersAsync(new(), worker, cancellationToken: Cancellation)).Users;
        Assert.Equal(["", "w@khscrm.com"], users.Select(user => user.Email).Order());
        Assert.All(users.Where(user => user.Id != me), user => Assert.Null(user.LastLoginAt));
        Func<Task>[] writes =
        [
            async () => await client.CreateUserAsync(new() { User = new User { Email = "a@b", Name = "A", Role = Role.Owner }, Password = Password }, worker, cancellationToken: Cancellation),
            async () => await client.UpdateUserAsync(new() { User = new User { Id = me, Role = Role.Owner }, UpdateMask = new() { Paths = { "role" } } }, worker, cancellationToken: Cancellation),
            async () => await client.DeactivateUserAsync(new() { UserId = RunningServer.OwnerId }, worker, cancellationToken: Cancellation),
            async () => await client.ReactivateUserAsync(new() { UserId = me }, worker, cancellationToken: Cancellation),
            async () => await client.ResetPasswordAsync(new() { UserId = RunningServer.OwnerId, NewPassword = Password }, worker, cancellationToken: Cancellation),
        ];
        foreach (var write in writes)
            await Faults.ExpectAsync(StatusCode.PermissionDenied, ErrorReason.NotPermitted, write);
    }

    private static CancellationToken Cancellation => RunningServer.Cancellation;

    private static UserService.UserServiceClient Client(RunningServer server) => new(server.Channel);

    private static async Task ExpectFieldAsync(string field, Func<Task> call) => Assert.Equal(
        [field], Faults.Fields(await Faults.ExpectAsync(StatusCode.InvalidArgument, ErrorReason.FieldInvalid, call)));
}
