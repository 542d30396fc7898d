using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Auth;

/// <summary>Sessions end when they are ended, and with them all that they opened.</summary>
public sealed class SessionTests
{
    private const string Password = "owner-demo-1";

    [Fact]
    public async Task A_changed_password_ends_every_other_session_and_its_streams_and_the_old_password()
    {
        await using var server = await RunningServer.StartAsync();
        var auth = new V1.AuthService.AuthServiceClient(server.Channel);
        var (mine, other) = (await server.LoginAsync(), await server.LoginAsync());
        using var myStream = server.OpenStream(Bearer(mine));
        using var otherStream = server.OpenStream(Bearer(other));
        await myStream.CatchUpAsync();
        await otherStream.CatchUpAsync();

        var changed = await auth.ChangePasswordAsync(
            new() { CurrentPassword = Password, NewPassword = "another password" }, Bearer(mine), cancellationToken: Cancellation);

        await ExpectEndedAsync(otherStream.ReadToEndAsync);
        await ExpectEndedAsync(async () => await auth.ListSessionsAsync(new(), Bearer(other), cancellationToken: Cancellation));
        await Faults.ExpectAsync(StatusCode.Unauthenticated, ErrorReason.RefreshTokenInvalid, () => RefreshAsync(auth, other));
        await Faults.ExpectAsync(StatusCode.Unauthenticated, ErrorReason.RefreshTokenInvalid, () => RefreshAsync(auth, mine));
        await Faults.ExpectAsync(StatusCode.Unauthenticated, ErrorReason.InvalidCredentials, () => server.LoginAsync());
        await server.RunAsync("INSERT INTO customers (name, address) VALUES ('still here', 'a')");
        await myStream.ReadUntilAsync(change => change.Entity?.Customer?.Name == "still here");
        await auth.RefreshTokenAsync(new() { RefreshToken = changed.Tokens.RefreshToken }, cancellationToken: Cancellation);
        await server.LoginAsync(password: "another password");
    }

    [Theory]
    [InlineData("wrong", "another password", ErrorReason.InvalidCredentials)]
    [InlineData(Password, "1234567", ErrorReason.FieldInvalid)]
    [InlineData(Password, "€€€€€€€€€€€€€€€€€€€€€€€€€", ErrorReason.FieldInvalid)]
    public async Task A_wrong_current_password_and_a_bad_new_one_change_nothing(string current, string changed, ErrorReason reason)
    {
        await using var server = await RunningServer.StartAsync();
        var login = await server.LoginAsync();
        var auth = new V1.AuthService.AuthServiceClient(server.Channel);

        var code = reason == ErrorReason.FieldInvalid ? StatusCode.InvalidArgument : StatusCode.Unauthenticated;
        await Faults.ExpectAsync(code, reason, async () => await auth.ChangePasswordAsync(
            new() { CurrentPassword = current, NewPassword = changed }, Bearer(login), cancellationToken: Cancellation));

        await RefreshAsync(auth, login);
        await server.LoginAsync();
    }

    [Fact]
    public async Task Sessions_are_listed_and_a_revoked_one_is_over_at_once()
    {
        await using var server = await RunningServer.StartAsync();
        var auth = new V1.AuthService.AuthServiceClient(server.Channel);
        var (mine, other) = (await server.LoginAsync(), await server.LoginAsync());
        using var stream = server.OpenStream(Bearer(other));
        await stream.CatchUpAsync();
        var sessions = (await auth.ListSessionsAsync(new(), Bearer(mine), cancellationToken: Cancellation)).Sessions;
        Assert.Equal([false, true], sessions.Select(session => session.IsCurrent));

        await auth.RevokeSessionAsync(
            new() { FamilyId = sessions[0].FamilyId }, Bearer(mine), cancellationToken: Cancellation);

        await ExpectEndedAsync(stream.ReadToEndAsync);
        await ExpectEndedAsync(() => server.OpenStream(Bearer(other)).CatchUpAsync());
        Assert.Single((await auth.ListSessionsAsync(new(), Bearer(mine), cancellationToken: Cancellation)).Sessions);
    }

    [Fact]
    public async Task Nobody_ends_the_session_of_another()
    {
        await using var server = await RunningServer.StartAsync();
        await server.AddUserAsync("w@khscrm.com");
        var owner = await server.LoginAsync();
        var auth = new V1.AuthService.AuthServiceClient(server.Channel);
        var family = await server.ScalarAsync<Guid>("SELECT family_id FROM refresh_tokens");

        await Faults.ExpectAsync(StatusCode.NotFound, ErrorReason.RowNotFound, async () => await auth.RevokeSessionAsync(
            new() { FamilyId = $"{family}" }, await server.SignInAsync("w@khscrm.com"), cancellationToken: Cancellation));

        await RefreshAsync(auth, owner);
    }

    [Fact]
    public async Task A_stream_hears_of_a_session_that_another_server_ended()
    {
        await using var one = await RunningServer.StartAsync();
        await using var other = await one.StartAnotherAsync();
        var auth = new V1.AuthService.AuthServiceClient(other.Channel);
        var (mine, revoked) = (await one.LoginAsync(), await one.LoginAsync());
        using var goesOn = one.OpenStream(Bearer(mine));
        using var ends = one.OpenStream(Bearer(revoked));
        await goesOn.CatchUpAsync();
        await ends.CatchUpAsync();
        var sessions = (await auth.ListSessionsAsync(new(), Bearer(mine), cancellationToken: Cancellation)).Sessions;

        await auth.RevokeSessionAsync(
            new() { FamilyId = sessions.Single(session => !session.IsCurrent).FamilyId }, Bearer(mine), cancellationToken: Cancellation);

        await ExpectEndedAsync(ends.ReadToEndAsync);
        await one.RunAsync("INSERT INTO customers (name, address) VALUES ('still here', 'a')");
        await goesOn.ReadUntilAsync(change => change.Entity?.Customer?.Name == "still here");
    }

    [Fact]
    public async Task A_user_deactivated_at_another_server_is_out_at_once()
    {
        await using var one = await RunningServer.StartAsync();
        await using var other = await one.StartAnotherAsync();
        var worker = await one.AddUserAsync("w@khscrm.com");
        using var stream = one.OpenStream(await one.SignInAsync("w@khscrm.com"));
        await stream.CatchUpAsync();

        await new UserService.UserServiceClient(other.Channel).DeactivateUserAsync(
            new() { UserId = $"{worker}" }, await other.OwnerAsync(), cancellationToken: Cancellation);

        await ExpectEndedAsync(stream.ReadToEndAsync);
    }

    [Fact]
    public async Task A_stream_hears_of_a_deactivation_past_the_service()
    {
        await using var server = await RunningServer.StartAsync();
        await server.AddUserAsync("w@khscrm.com");
        var login = await server.LoginAsync("w@khscrm.com");
        using var stream = server.OpenStream(Bearer(login));
        await stream.CatchUpAsync();

        await server.RunAsync("UPDATE users SET is_active = false WHERE email = 'w@khscrm.com'");

        await ExpectEndedAsync(stream.ReadToEndAsync);
        await ExpectEndedAsync(() => server.OpenStream(Bearer(login)).CatchUpAsync());
        await Faults.ExpectAsync(StatusCode.Unauthenticated, ErrorReason.RefreshTokenInvalid, () =>
            RefreshAsync(new V1.AuthService.AuthServiceClient(server.Channel), login));
    }

    [Fact]
    public async Task What_was_open_before_a_deactivation_past_the_service_stays_shut_after_a_reactivation()
    {
        await using var server = await RunningServer.StartAsync();
        await server.AddUserAsync("w@khscrm.com");
        var login = await server.LoginAsync("w@khscrm.com");

        await server.RunAsync("UPDATE users SET is_active = false WHERE email = 'w@khscrm.com'");
        await server.RunAsync("UPDATE users SET is_active = true WHERE email = 'w@khscrm.com'");

        await ExpectEndedAsync(() => server.OpenStream(Bearer(login)).CatchUpAsync());
        await Faults.ExpectAsync(StatusCode.Unauthenticated, ErrorReason.RefreshTokenInvalid, () =>
            RefreshAsync(new V1.AuthService.AuthServiceClient(server.Channel), login));
        await server.LoginAsync("w@khscrm.com");
    }

    [Fact]
    public async Task A_sign_in_is_no_change_that_other_devices_hear_of()
    {
        await using var server = await RunningServer.StartAsync();
        await server.AddUserAsync("w@khscrm.com");
        using var stream = server.OpenStream(await server.OwnerAsync());
        await stream.CatchUpAsync();

        await server.LoginAsync("w@khscrm.com");
        await server.RunAsync("INSERT INTO customers (name, address) VALUES ('next', 'a')");

        Assert.Equal("next", Assert.Single(await stream.ReadToCheckpointAsync()).Entity.Customer.Name);
        Assert.Equal(1, await server.ScalarAsync<long>(
            "SELECT count(*) FROM users WHERE email = 'w@khscrm.com' AND last_login_at > updated_at"));
    }

    [Fact]
    public async Task A_raised_cost_hashes_the_password_anew_at_the_next_sign_in()
    {
        await using var server = await RunningServer.StartAsync(new() { ["SignIn:BcryptCost"] = "12" });
        Assert.StartsWith("$2a$04$", await HashAsync(server), StringComparison.Ordinal);

        await Faults.ExpectAsync(
            StatusCode.Unauthenticated, ErrorReason.InvalidCredentials, () => server.LoginAsync(password: "wrong"));
        Assert.StartsWith("$2a$04$", await HashAsync(server), StringComparison.Ordinal);
        await server.LoginAsync();

        Assert.Contains("$12$", await HashAsync(server), StringComparison.Ordinal);
        await server.LoginAsync();
    }

    private static CancellationToken Cancellation => RunningServer.Cancellation;

    private static Metadata Bearer(LoginResponse login) => RunningServer.Bearer(login.Tokens.AccessToken);

    private static Task<string> HashAsync(RunningServer server) =>
        server.ScalarAsync<string>($"SELECT password_hash FROM users WHERE id = '{RunningServer.OwnerId}'");

    private static async Task RefreshAsync(V1.AuthService.AuthServiceClient auth, LoginResponse login) =>
        await auth.RefreshTokenAsync(new() { RefreshToken = login.Tokens.RefreshToken }, cancellationToken: Cancellation);

    private static Task<Google.Rpc.Status> ExpectEndedAsync(Func<Task> call) =>
        Faults.ExpectAsync(StatusCode.Unauthenticated, ErrorReason.AccessTokenInvalid, call);
}
