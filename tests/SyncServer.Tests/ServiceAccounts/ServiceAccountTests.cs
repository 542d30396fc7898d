using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.ServiceAccounts;

/// <summary>Other services call with a key of their own, within a role, until they are revoked.</summary>
public sealed class ServiceAccountTests
{
    [Fact]
    public async Task A_service_calls_under_its_own_name()
    {
        await using var office = await Office.OpenAsync();
        var (account, key) = await MakeAsync(office, Role.Owner);
        Assert.Equal(("Books", Role.Owner, RunningServer.OwnerId), (account.Name, account.Role, account.CreatedById));
        Assert.Null(account.LastUsedAt);

        var service = await SignInAsync(office, key);
        var customer = (await service.CallAsync<CreateCustomerResponse>(
            new CreateCustomerRequest { Customer = new() { Name = "Bea", Address = "2 Elm Street" } })).Customer;
        Assert.Equal(account.UserId, customer.UpdatedById);
        using var stream = office.Server.OpenStream(service.Credentials);
        Assert.Contains(await stream.CatchUpAsync(), change => change.Entity?.Customer?.Id == customer.Id);

        var listed = Assert.Single(await ListAsync(office));
        Assert.Equal(account.UserId, listed.UserId);
        Assert.NotNull(listed.LastUsedAt);
        Assert.Equal(["create"], (await office.Owner.CallAsync<ListActivityResponse>(
            new ListActivityRequest { EntityType = "customer", UserId = account.UserId })).ActivityLogs.Select(entry => entry.Action));
    }

    [Fact]
    public async Task Its_key_is_nowhere_and_it_has_no_password()
    {
        await using var office = await Office.OpenAsync();
        var (account, key) = await MakeAsync(office, Role.Worker);
        await SignInAsync(office, key);

        foreach (var table in new[] { "users", "service_accounts", "refresh_tokens", "activity_logs", "sync_queue" })
            Assert.Equal(0L, await office.Server.ScalarAsync<long>($"SELECT count(*) FROM {table} t WHERE t::text LIKE '%{key[4..]}%'"));
        Assert.Equal(0L, await office.Server.ScalarAsync<long>(
            "SELECT count(*) FROM activity_logs a, service_accounts s WHERE a.details::text LIKE '%' || s.key_digest || '%'"));
        var email = await office.Server.ScalarAsync<string>($"SELECT email FROM users WHERE id = '{account.UserId}'");
        foreach (var password in new[] { "!", "", key })
            await Faults.ExpectAsync(StatusCode.Unauthenticated, ErrorReason.InvalidCredentials, () => office.Server.LoginAsync(email, password));
        await office.Owner.FailAsync(StatusCode.NotFound, ErrorReason.RowNotFound, new ResetPasswordRequest { UserId = account.UserId, NewPassword = "eight or more" });
        await office.Owner.FailAsync(StatusCode.Unauthenticated, ErrorReason.RefreshTokenInvalid, new RefreshTokenRequest { RefreshToken = key });
    }

    [Fact]
    public async Task A_worker_service_sees_what_is_assigned_to_it()
    {
        await using var office = await Office.OpenAsync();
        var (account, key) = await MakeAsync(office, Role.Worker);
        var service = await SignInAsync(office, key);
        await service.FailAsync(StatusCode.NotFound, ErrorReason.RowNotFound, new GetJobRequest { JobId = office.Own.Job });
        await service.FailAsync(StatusCode.PermissionDenied, ErrorReason.NotPermitted, new CreateServiceAccountRequest { Name = "Me too", Role = Role.Owner });

        await office.Owner.CallAsync<AssignJobResponse>(new AssignJobRequest { JobId = office.Own.Job, UserId = account.UserId });

        Assert.Equal([office.Own.Job], (await service.CallAsync<ListJobsResponse>(new ListJobsRequest())).Jobs.Select(job => job.Id));
    }

    [Fact]
    public async Task People_are_listed_without_services_unless_asked_for()
    {
        await using var office = await Office.OpenAsync();
        var (account, _) = await MakeAsync(office, Role.Worker);

        Assert.DoesNotContain(account.UserId, await UsersAsync(new() { IncludeInactive = true }));
        Assert.Contains(account.UserId, await UsersAsync(new() { IncludeServices = true }));
        Assert.True((await office.Worker.CallAsync<GetUserResponse>(new GetUserRequest { UserId = account.UserId })).User.IsService);

        async Task<IEnumerable<string>> UsersAsync(ListUsersRequest request) =>
            (await office.Owner.CallAsync<ListUsersResponse>(request)).Users.Select(user => user.Id);
    }

    [Fact]
    public async Task A_revoked_account_is_out_at_once_and_for_good()
    {
        await using var office = await Office.OpenAsync();
        var (account, key) = await MakeAsync(office, Role.Owner);
        var service = await SignInAsync(office, key);
        using var stream = office.Server.OpenStream(service.Credentials);
        await stream.CatchUpAsync();
        var request = new RevokeServiceAccountRequest { UserId = account.UserId };

        var revoked = (await office.Owner.CallAsync<RevokeServiceAccountResponse>(request)).ServiceAccount;

        Assert.NotNull(revoked.RevokedAt);
        await Faults.ExpectAsync(StatusCode.Unauthenticated, ErrorReason.AccessTokenInvalid, stream.ReadToEndAsync);
        await service.FailAsync(StatusCode.Unauthenticated, ErrorReason.AccessTokenInvalid, new GetJobRequest { JobId = office.Own.Job });
        await RefuseAsync(office, key);
        Assert.Equal(revoked, (await office.Owner.CallAsync<RevokeServiceAccountResponse>(request)).ServiceAccount);
        Assert.Empty(await ListAsync(office));
        Assert.Equal([revoked], await ListAsync(office, includeRevoked: true));
        // Nor does its user bring it back.
        await office.Owner.CallAsync<ReactivateUserResponse>(new ReactivateUserRequest { UserId = account.UserId });
        await RefuseAsync(office, key);
        foreach (var nobody in new[] { Office.NewId(), office.Worker.UserId })
            await office.Owner.FailAsync(StatusCode.NotFound, ErrorReason.RowNotFound, new RevokeServiceAccountRequest { UserId = nobody });
    }

    [Fact]
    public async Task A_key_that_has_expired_or_whose_user_is_deactivated_opens_nothing()
    {
        await using var office = await Office.OpenAsync();
        var (account, key) = await MakeAsync(office, Role.Owner);
        await RefuseAsync(office, key + "0");
        await RefuseAsync(office, "");
        await office.Owner.CallAsync<DeactivateUserResponse>(new DeactivateUserRequest { UserId = account.UserId });
        await RefuseAsync(office, key);
        await office.Owner.CallAsync<ReactivateUserResponse>(new ReactivateUserRequest { UserId = account.UserId });
        await SignInAsync(office, key);
        await office.Server.RunAsync("UPDATE service_accounts SET expires_at = now() - interval '1 second'");
        await RefuseAsync(office, key);
    }

    [Fact]
    public async Task A_service_is_no_owner_to_leave_the_business_to()
    {
        await using var office = await Office.OpenAsync();
        var (_, key) = await MakeAsync(office, Role.Owner);
        var service = await SignInAsync(office, key);

        foreach (var caller in new[] { office.Owner, service })
            await caller.FailAsync(StatusCode.FailedPrecondition, ErrorReason.LastOwner, new DeactivateUserRequest { UserId = RunningServer.OwnerId });
    }

    [Fact]
    public async Task A_bad_account_is_refused_by_field()
    {
        await using var office = await Office.OpenAsync();
        await office.Owner.FailFieldsAsync(new CreateServiceAccountRequest { Role = Role.Worker }, "name");
        await office.Owner.FailFieldsAsync(new CreateServiceAccountRequest { Name = new string('n', 101), Role = Role.Worker }, "name");
        await office.Owner.FailFieldsAsync(new CreateServiceAccountRequest { Name = "Books" }, "role");
        await office.Owner.FailAsync(StatusCode.InvalidArgument, ErrorReason.EnumValueUnknown, new CreateServiceAccountRequest { Name = "Books", Role = (Role)9 });
        await office.Owner.FailFieldsAsync(new CreateServiceAccountRequest { Name = "Books", Role = Role.Worker, ExpiresAt = new() { Seconds = 1 } }, "expires_at");
        Assert.Empty(await ListAsync(office));
    }

    [Fact]
    public async Task Accounts_are_paged_while_more_are_made()
    {
        await using var office = await Office.OpenAsync();
        for (var i = 0; i < 5; i++)
            await MakeAsync(office, Role.Worker);

        var accounts = await Office.PageAsync<ListServiceAccountsResponse, string>(
            office.Owner,
            new ListServiceAccountsRequest { PageSize = 2 },
            page => page.ServiceAccounts.Select(account => account.UserId),
            _ => MakeAsync(office, Role.Worker));

        Assert.Equal(5, accounts.Count);
        Assert.Equal(5, accounts.Distinct().Count());
    }

    private static async Task<(ServiceAccount Account, string Key)> MakeAsync(Office office, Role role)
    {
        var answer = await office.Owner.CallAsync<CreateServiceAccountResponse>(new CreateServiceAccountRequest { Name = "Books", Role = role });
        return (answer.ServiceAccount, answer.Key);
    }

    private static async Task<Caller> SignInAsync(Office office, string key)
    {
        var answer = await new Caller(office.Server, []).CallAsync<ExchangeServiceKeyResponse>(new ExchangeServiceKeyRequest { Key = key });
        Assert.True(answer.AccessTokenExpiresAt.ToDateTime() > TimeProvider.System.GetUtcNow().UtcDateTime);
        return new Caller(office.Server, RunningServer.Bearer(answer.AccessToken));
    }

    private static Task RefuseAsync(Office office, string key) => new Caller(office.Server, []).FailAsync(
        StatusCode.Unauthenticated, ErrorReason.InvalidCredentials, new ExchangeServiceKeyRequest { Key = key });

    private static async Task<IReadOnlyList<ServiceAccount>> ListAsync(Office office, bool includeRevoked = false) =>
        (await office.Owner.CallAsync<ListServiceAccountsResponse>(
            new ListServiceAccountsRequest { IncludeRevoked = includeRevoked })).ServiceAccounts;
}
