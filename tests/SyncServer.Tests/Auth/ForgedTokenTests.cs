using System.Text;
using Grpc.Core;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Auth;

/// <summary>
/// Access tokens that this server did not issue. Each names a session that goes on and differs from a good one in a single
/// thing, so that it is refused for that alone.
/// </summary>
public sealed class ForgedTokenTests
{
    [Fact]
    public async Task A_token_made_as_the_server_makes_them_is_let_in()
    {
        await using var server = await RunningServer.StartAsync();

        using var call = server.OpenStream(RunningServer.Bearer(await ForgeAsync(server, "")));

        await call.CatchUpAsync();
    }

    [Theory]
    [InlineData("foreign key")]
    [InlineData("none")]
    [InlineData("none, with a signature")]
    [InlineData("another algorithm")]
    [InlineData("tampered")]
    [InlineData("expired")]
    [InlineData("no expiry")]
    [InlineData("another issuer")]
    [InlineData("another audience")]
    [InlineData("another user's session")]
    [InlineData("an unknown session")]
    [InlineData("no session")]
    [InlineData("nonsense")]
    [InlineData("empty")]
    public async Task A_forged_or_expired_access_token_opens_nothing(string kind)
    {
        await using var server = await RunningServer.StartAsync();
        var metadata = RunningServer.Bearer(await ForgeAsync(server, kind));

        await Faults.ExpectAsync(
            StatusCode.Unauthenticated, ErrorReason.AccessTokenInvalid, () => server.OpenStream(metadata).CatchUpAsync());
        await Faults.ExpectAsync(StatusCode.Unauthenticated, ErrorReason.AccessTokenInvalid, async () =>
            await new CustomerService.CustomerServiceClient(server.Channel).ListCustomersAsync(
                new(), metadata, cancellationToken: RunningServer.Cancellation));
    }

    [Fact]
    public async Task A_call_without_a_token_opens_nothing()
    {
        await using var server = await RunningServer.StartAsync();

        await Faults.ExpectAsync(
            StatusCode.Unauthenticated, ErrorReason.AccessTokenInvalid, () => server.OpenStream([]).CatchUpAsync());
    }

    private static async Task<string> ForgeAsync(RunningServer server, string kind)
    {
        await server.LoginAsync();
        var session = await server.ScalarAsync<Guid>("SELECT family_id FROM refresh_tokens");
        if (kind == "another user's session")
        {
            await server.AddUserAsync("w@khscrm.com");
            await server.LoginAsync("w@khscrm.com");
            session = await server.ScalarAsync<Guid>(
                $"SELECT family_id FROM refresh_tokens WHERE user_id <> '{RunningServer.OwnerId}'");
        }

        var key = kind == "foreign key" ? "somebody else's signing key of 32 bytes" : AuthOptions.DevelopmentSigningKey;
        var algorithm = kind == "another algorithm" ? SecurityAlgorithms.HmacSha384 : SecurityAlgorithms.HmacSha256;
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var claims = new Dictionary<string, object> { ["sub"] = RunningServer.OwnerId, ["role"] = 1 };
        if (kind != "no session")
            claims["sid"] = $"{(kind == "an unknown session" ? Guid.CreateVersion7() : session)}";
        var token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = kind == "another issuer" ? "somebody" : "khscrm",
            Audience = kind == "another audience" ? "somebody" : "khscrm",
            IssuedAt = now.AddHours(-2),
            Expires = kind == "no expiry" ? null : kind == "expired" ? now.AddHours(-1) : now.AddHours(1),
            SigningCredentials = kind.StartsWith("none", StringComparison.Ordinal)
                ? null
                : new SigningCredentials(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key)), algorithm),
            Claims = claims,
        });
        return kind switch
        {
            "none, with a signature" => token + (await server.LoginAsync()).Tokens.AccessToken.Split('.')[2],
            "tampered" => Tamper(token),
            "nonsense" => "a.b.c",
            "empty" => "",
            _ => token,
        };
    }

    // The signature of another payload: a worker who makes themselves somebody else.
    private static string Tamper(string token)
    {
        var parts = token.Split('.');
        var payload = Base64UrlEncoder.Decode(parts[1]).Replace("\"role\":1", "\"role\":2", StringComparison.Ordinal);
        return $"{parts[0]}.{Base64UrlEncoder.Encode(payload)}.{parts[2]}";
    }
}
