using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Auth;

/// <summary>
/// A refresh token works once. When the answer is lost the device may present it again, and that opens no way for a thief: of
/// two who hold tokens of one session, the second to come ends it for both.
/// </summary>
public sealed class RenewalTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private RunningServer _server = null!;

    public async ValueTask InitializeAsync() =>
        _server = await RunningServer.StartAsync(services: services => services.AddSingleton<TimeProvider>(_clock));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Answers_lost_again_and_again_cost_nothing()
    {
        var first = await LoginAsync();
        var lost = await RenewAsync(first);
        _clock.Advance(TimeSpan.FromMinutes(4));
        var lostToo = await RenewAsync(first);
        _clock.Advance(TimeSpan.FromMinutes(5));

        var held = await RenewAsync(first);

        Assert.Equal(3, new[] { lost, lostToo, held }.Distinct().Count());
        Assert.Equal(1, await _server.ScalarAsync<long>("SELECT count(*) FROM refresh_tokens WHERE used_at IS NULL"));
        await RenewAsync(await RenewAsync(held));
    }

    [Fact]
    public async Task A_token_whose_successor_was_used_ends_the_session()
    {
        var first = await LoginAsync();
        var third = await RenewAsync(await RenewAsync(first));

        await ExpectEndedAsync(first, third);
    }

    [Fact]
    public async Task A_token_used_too_long_ago_ends_the_session()
    {
        var first = await LoginAsync();
        var second = await RenewAsync(first);
        _clock.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(1));

        await ExpectEndedAsync(first, second);
    }

    [Fact]
    public async Task The_grace_counts_from_the_first_use_however_often_the_token_comes_again()
    {
        var first = await LoginAsync();
        await RenewAsync(first);
        _clock.Advance(TimeSpan.FromMinutes(6));
        var again = await RenewAsync(first);
        _clock.Advance(TimeSpan.FromMinutes(6));

        await ExpectEndedAsync(first, again);
    }

    [Fact]
    public async Task A_successor_that_was_taken_back_ends_the_session()
    {
        // Either the owner's device or the thief's has first; it had an answer, and then the other one got another.
        var first = await LoginAsync();
        var second = await RenewAsync(first);
        var other = await RenewAsync(first);

        await ExpectEndedAsync(second, other);
    }

    [Fact]
    public async Task A_thief_who_renews_right_behind_the_owner_is_found_out_at_the_next_renewal()
    {
        var first = await LoginAsync();
        var owners = await RenewAsync(first);
        var thiefs = await RenewAsync(first);
        var thiefsNext = await RenewAsync(thiefs);

        await ExpectEndedAsync(owners, thiefsNext);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_token_presented_again_while_its_successor_is_used_leaves_no_good_token(bool isSuccessorFirst)
    {
        var first = await LoginAsync();
        var second = await RenewAsync(first);
        await using var connection = await _server.DataSource.OpenConnectionAsync(RunningServer.Cancellation);
        await using var holding = await connection.BeginTransactionAsync(RunningServer.Cancellation);
        await using (var hold = new Npgsql.NpgsqlCommand("SELECT 1 FROM refresh_tokens WHERE used_at IS NULL FOR UPDATE", connection))
            await hold.ExecuteNonQueryAsync(RunningServer.Cancellation);
        var one = RenewAsync(isSuccessorFirst ? second : first);
        await WaitersAsync(1);
        var other = RenewAsync(isSuccessorFirst ? first : second);
        await WaitersAsync(2);

        await holding.RollbackAsync(RunningServer.Cancellation);

        var token = await one;
        await Faults.ExpectAsync(StatusCode.Unauthenticated, ErrorReason.RefreshTokenInvalid, () => other);
        await ExpectEndedAsync(token);
        Assert.Equal(0, await _server.ScalarAsync<long>("SELECT count(*) FROM refresh_tokens"));
    }

    [Fact]
    public async Task The_grace_can_be_turned_off()
    {
        await using var strict = await _server.StartAnotherAsync(new() { ["SignIn:LostAnswerGrace"] = "00:00:00" });
        var first = (await strict.LoginAsync()).Tokens.RefreshToken;
        var second = await RenewAsync(first, strict);

        await Faults.ExpectAsync(
            StatusCode.Unauthenticated, ErrorReason.RefreshTokenInvalid, () => RenewAsync(first, strict));
        await Faults.ExpectAsync(
            StatusCode.Unauthenticated, ErrorReason.RefreshTokenInvalid, () => RenewAsync(second, strict));
    }

    [Fact]
    public async Task A_session_renewed_all_day_has_a_few_rows_and_its_first_token_still_ends_it()
    {
        var first = await LoginAsync();
        var held = first;
        for (var i = 0; i < 40; i++)
        {
            _clock.Advance(TimeSpan.FromMinutes(5));
            held = await RenewAsync(held);
        }

        // The newest, the one before, and those whose answer may have been lost.
        Assert.InRange(await _server.ScalarAsync<long>("SELECT count(*) FROM refresh_tokens"), 1, 5);
        await ExpectEndedAsync(first, held);
        Assert.Equal(0, await _server.ScalarAsync<long>("SELECT count(*) FROM refresh_tokens"));
    }

    [Fact]
    public async Task A_token_that_nobody_issued_ends_nothing()
    {
        var held = await LoginAsync();
        // Of the same session by its first half, which an access token tells; the rest is a guess.
        await ExpectEndedAsync(held[..32] + new string('0', 64), held[..^1] + (held[^1] == '0' ? '1' : '0'), "no token");

        await RenewAsync(held);
    }

    [Fact]
    public async Task A_session_from_before_sessions_had_keys_goes_on()
    {
        var held = await LoginAsync();
        await _server.RunAsync("UPDATE refresh_tokens SET family_key = NULL");

        await RenewAsync(await RenewAsync(held));

        await ExpectEndedAsync(held);
    }

    private async Task<string> LoginAsync() => (await _server.LoginAsync()).Tokens.RefreshToken;

    private async Task<string> RenewAsync(string token, RunningServer? server = null) =>
        (await new V1.AuthService.AuthServiceClient((server ?? _server).Channel).RefreshTokenAsync(
            new RefreshTokenRequest { RefreshToken = token }, cancellationToken: RunningServer.Cancellation)).Tokens.RefreshToken;

    private async Task ExpectEndedAsync(params string[] tokens)
    {
        foreach (var token in tokens)
            await Faults.ExpectAsync(StatusCode.Unauthenticated, ErrorReason.RefreshTokenInvalid, () => RenewAsync(token));
    }

    private async Task WaitersAsync(long count)
    {
        while (await _server.ScalarAsync<long>(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") < count)
        {
        }
    }
}
