using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Auth;

/// <summary>Signing in and staying signed in.</summary>
public sealed class SignInTests
{
    [Theory]
    [InlineData("owner@khscrm.com", "wrong")]
    [InlineData("nobody@khscrm.com", "owner-demo-1")]
    [InlineData("system@khscrm.internal", "!")]
    [InlineData("", "")]
    public async Task A_wrong_password_and_an_unknown_address_get_the_same_answer(string email, string password)
    {
        await using var server = await RunningServer.StartAsync();

        var status = await Faults.ExpectAsync(
            StatusCode.Unauthenticated, ErrorReason.InvalidCredentials, () => server.LoginAsync(email, password));

        Assert.Equal("the e-mail address or the password is wrong", status.Message);
    }

    [Fact]
    public async Task The_address_is_read_without_regard_to_case_and_only_digests_of_tokens_are_stored()
    {
        await using var server = await RunningServer.StartAsync();

        var login = await server.LoginAsync("OWNER@khscrm.com");

        await using var command = server.DataSource.CreateCommand("SELECT token FROM refresh_tokens");
        var stored = (string)(await command.ExecuteScalarAsync(RunningServer.Cancellation))!;
        Assert.NotEqual(login.Tokens.RefreshToken, stored);
        Assert.Equal(64, stored.Length);
        Assert.Equal(RunningServer.OwnerId, login.User.Id);
    }

    [Fact]
    public async Task A_session_that_was_signed_out_is_over()
    {
        await using var server = await RunningServer.StartAsync();
        var token = (await server.LoginAsync()).Tokens.RefreshToken;
        await new V1.AuthService.AuthServiceClient(server.Channel).LogoutAsync(
            new LogoutRequest { RefreshToken = token }, cancellationToken: RunningServer.Cancellation);

        await Faults.ExpectAsync(
            StatusCode.Unauthenticated, ErrorReason.RefreshTokenInvalid, () => RefreshAsync(server, token));
    }

    [Fact]
    public async Task A_stream_is_told_before_its_token_ends_outlives_it_with_another_and_ends_without()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await RunningServer.StartAsync(
            services: services => services.AddSingleton<TimeProvider>(clock));
        var login = await server.LoginAsync();
        using var call = server.OpenStream(RunningServer.Bearer(login.Tokens.AccessToken));
        await call.CatchUpAsync();

        clock.Advance(TimeSpan.FromMinutes(14.5));
        await ReadUntilAsync(call, SyncStreamResponse.MessageOneofCase.CredentialsExpiring);
        var fresh = await server.LoginAsync();
        await call.SendAsync(new() { Credentials = new Credentials { AccessToken = fresh.Tokens.AccessToken } });
        await call.SendAsync(new() { PushBatch = new PushBatch { Operations = { StreamExtensions.NewCustomer(1) } } });
        await ReadUntilAsync(call, SyncStreamResponse.MessageOneofCase.PushResult);
        clock.Advance(TimeSpan.FromMinutes(14.4));
        await ReadUntilAsync(call, SyncStreamResponse.MessageOneofCase.CredentialsExpiring);

        clock.Advance(TimeSpan.FromMinutes(2));
        await Faults.ExpectAsync(StatusCode.Unauthenticated, ErrorReason.AccessTokenInvalid, () =>
            ReadUntilAsync(call, SyncStreamResponse.MessageOneofCase.None));
    }

    [Fact]
    public async Task A_device_that_sends_its_old_token_again_is_not_told_again()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await RunningServer.StartAsync(
            services: services => services.AddSingleton<TimeProvider>(clock));
        var login = await server.LoginAsync();
        using var call = server.OpenStream(RunningServer.Bearer(login.Tokens.AccessToken));
        await call.CatchUpAsync();
        clock.Advance(TimeSpan.FromMinutes(14.5));
        await ReadUntilAsync(call, SyncStreamResponse.MessageOneofCase.CredentialsExpiring);

        for (var seq = 1; seq <= 3; seq++)
        {
            await call.SendAsync(new() { Credentials = new Credentials { AccessToken = login.Tokens.AccessToken } });
            await call.SendAsync(new() { PushBatch = new PushBatch { Operations = { StreamExtensions.NewCustomer(seq) } } });
            SyncStreamResponse message;
            do
            {
                message = await call.NextAsync();
                Assert.Null(message.CredentialsExpiring);
            }
            while (message.PushResult is null);
        }
    }

    [Fact]
    public async Task The_users_etag_comes_with_the_sign_in()
    {
        await using var server = await RunningServer.StartAsync();
        var login = await server.LoginAsync();
        var users = new UserService.UserServiceClient(server.Channel);

        Assert.NotEmpty(login.User.Etag);
        var renamed = await users.UpdateUserAsync(
            new() { User = new() { Id = login.User.Id, Name = "Olga", Etag = login.User.Etag }, UpdateMask = new() { Paths = { "name" } } },
            RunningServer.Bearer(login.Tokens.AccessToken), cancellationToken: RunningServer.Cancellation);

        Assert.NotEqual(login.User.Etag, renamed.User.Etag);
    }

    private static async Task ReadUntilAsync(
        AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse> call, SyncStreamResponse.MessageOneofCase kind)
    {
        while ((await call.NextAsync()).MessageCase != kind)
        {
        }
    }

    private static async Task<string> RefreshAsync(RunningServer server, string token) =>
        (await new V1.AuthService.AuthServiceClient(server.Channel).RefreshTokenAsync(
            new RefreshTokenRequest { RefreshToken = token }, cancellationToken: RunningServer.Cancellation)).Tokens.RefreshToken;
}
