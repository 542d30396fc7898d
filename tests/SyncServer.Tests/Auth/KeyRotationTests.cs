using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Auth;

/// <summary>The rotation of docs/security.md, step by step, by servers on one database.</summary>
public sealed class KeyRotationTests
{
    private const string Old = "the signing key of last year, 32 characters and more";
    private const string New = "the signing key of this year, 32 characters and more";

    [Fact]
    public async Task Two_keys_are_accepted_the_first_signs_and_a_removed_one_is_refused()
    {
        await using var onlyOld = await StartAsync(null, Old);
        await using var oldFirst = await StartAsync(onlyOld, Old, New);
        await using var newFirst = await StartAsync(onlyOld, New, Old);
        await using var onlyNew = await StartAsync(onlyOld, New);
        var signedByOld = await oldFirst.LoginAsync();
        var signedByNew = await newFirst.LoginAsync();

        await AcceptsAsync(signedByOld, onlyOld, oldFirst, newFirst);
        await AcceptsAsync(signedByNew, oldFirst, newFirst, onlyNew);
        await RefusesAsync(signedByNew, onlyOld);
        await RefusesAsync(signedByOld, onlyNew);

        // The session itself outlives its key: its refresh token is not signed.
        var fresh = await new V1.AuthService.AuthServiceClient(onlyNew.Channel).RefreshTokenAsync(
            new() { RefreshToken = signedByOld.Tokens.RefreshToken }, cancellationToken: RunningServer.Cancellation);
        using var call = onlyNew.OpenStream(RunningServer.Bearer(fresh.Tokens.AccessToken));
        await call.CatchUpAsync();
    }

    private static Task<RunningServer> StartAsync(RunningServer? beside, params string[] keys)
    {
        var settings = keys.Select((key, i) => ($"Auth:SigningKeys:{i}", key))
            .ToDictionary(pair => pair.Item1, pair => (string?)pair.key);
        return beside is null ? RunningServer.StartAsync(settings) : beside.StartAnotherAsync(settings);
    }

    private static async Task AcceptsAsync(LoginResponse login, params RunningServer[] servers)
    {
        foreach (var server in servers)
        {
            using var call = server.OpenStream(RunningServer.Bearer(login.Tokens.AccessToken));
            await call.CatchUpAsync();
        }
    }

    private static Task RefusesAsync(LoginResponse login, RunningServer server) => Faults.ExpectAsync(
        StatusCode.Unauthenticated,
        ErrorReason.AccessTokenInvalid,
        () => server.OpenStream(RunningServer.Bearer(login.Tokens.AccessToken)).CatchUpAsync());
}
