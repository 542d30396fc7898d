using Google.Rpc;
using Grpc.Core;
using KhsCrm.SyncServer.Limits;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Limits;

/// <summary>Limits hold, say what they are, and give back what is returned.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task Passwords_of_an_account_cannot_be_tried_for_ever_and_other_accounts_go_on()
    {
        await using var server = await RunningServer.StartAsync(
            new() { ["Limits:PasswordsPerAccount"] = "3", ["Limits:AttemptWindow"] = "01:00:00" });
        await server.AddUserAsync("w@khscrm.com");
        foreach (var email in new[] { "owner@khscrm.com", "OWNER@khscrm.com", "nobody@khscrm.com" })
        {
            await Faults.ExpectAsync(
                StatusCode.Unauthenticated, ErrorReason.InvalidCredentials, () => server.LoginAsync(email, "wrong"));
        }

        await server.LoginAsync();
        await ExpectLimitAsync("passwords_per_account", 3, () => server.LoginAsync());
        await server.LoginAsync("w@khscrm.com");
    }

    [Fact]
    public async Task Thousands_of_logins_from_one_address_are_turned_away_before_bcrypt()
    {
        await using var server = await RunningServer.StartAsync(
            new() { ["Limits:PasswordsPerAddress"] = "5", ["Limits:AttemptWindow"] = "01:00:00" });

        var answers = await Task.WhenAll(Enumerable.Range(0, 3_000).Select(async i =>
        {
            var exception = await Assert.ThrowsAsync<RpcException>(() => server.LoginAsync($"{i}@khscrm.com", "guess"));
            return exception.StatusCode;
        }));

        Assert.Equal(5, answers.Count(code => code == StatusCode.Unauthenticated));
        Assert.Equal(2_995, answers.Count(code => code == StatusCode.ResourceExhausted));
        await ExpectLimitAsync("passwords_per_address", 5, () => server.LoginAsync());
    }

    [Fact]
    public void Addresses_without_end_fill_no_memory_and_are_spread_over_all_of_what_there_is()
    {
        var buckets = Enumerable.Range(0, 1_000_000).Select(i => AttemptLimit.BucketOf($"{i}@khscrm.com")).ToHashSet();

        Assert.InRange(buckets.Count, AttemptLimit.Buckets * 99 / 100, AttemptLimit.Buckets);
        Assert.Equal((0, AttemptLimit.Buckets - 1), (buckets.Min(), buckets.Max()));
    }

    [Theory]
    [InlineData("Limits:RefreshesPerAccount", "refreshes_per_account")]
    [InlineData("Limits:RefreshesPerAddress", "refreshes_per_address")]
    public async Task Refresh_tokens_are_limited_and_a_refused_one_is_not_used_up(string setting, string limit)
    {
        await using var server = await RunningServer.StartAsync(new() { [setting] = "2", ["Limits:AttemptWindow"] = "01:00:00" });
        var auth = new V1.AuthService.AuthServiceClient(server.Channel);
        var token = (await server.LoginAsync()).Tokens.RefreshToken;
        for (var i = 0; i < 2; i++)
            token = await RefreshAsync(auth, token);

        await ExpectLimitAsync(limit, 2, () => RefreshAsync(auth, token));

        Assert.Equal(1, await server.ScalarAsync<long>("SELECT count(*) FROM refresh_tokens WHERE used_at IS NULL"));
    }

    [Theory]
    [InlineData("Limits:StreamsPerUser", "streams_per_user")]
    [InlineData("Limits:StreamsPerAddress", "streams_per_address")]
    public async Task Streams_are_limited_and_a_closed_one_makes_room(string setting, string limit)
    {
        await using var server = await RunningServer.StartAsync(new() { [setting] = "2" });
        var owner = await server.OwnerAsync();
        using var first = server.OpenStream(owner);
        using var second = server.OpenStream(owner);
        await first.CatchUpAsync();
        await second.CatchUpAsync();

        await ExpectLimitAsync(limit, 2, () => server.OpenStream(owner).CatchUpAsync());

        await first.RequestStream.CompleteAsync();
        await first.ReadToEndAsync();
        using var third = server.OpenStream(owner);
        await third.CatchUpAsync();
    }

    [Fact]
    public async Task Devices_are_limited_by_stream_and_by_push()
    {
        await using var server = await RunningServer.StartAsync(new() { ["Devices:PerUser"] = "1" });
        var owner = await server.OwnerAsync();
        using var first = server.OpenStream(owner);
        await first.CatchUpAsync();

        using var second = server.OpenStream(owner);
        var status = await Faults.ExpectAsync(StatusCode.ResourceExhausted, ErrorReason.LimitExceeded, () => second.CatchUpAsync());
        await Faults.ExpectAsync(StatusCode.ResourceExhausted, ErrorReason.LimitExceeded, async () =>
            await new SyncService.SyncServiceClient(server.Channel).PushAsync(
                new() { DeviceId = Office.NewId() }, owner, cancellationToken: RunningServer.Cancellation));

        Assert.Equal("devices_per_user", status.GetDetail<ErrorInfo>().Metadata["limit"]);
        Assert.Equal(1, await server.ScalarAsync<long>("SELECT count(*) FROM devices"));
    }

    [Fact]
    public async Task A_stream_that_never_says_hello_is_closed()
    {
        await using var server = await RunningServer.StartAsync(new() { ["Sync:HelloTimeout"] = "00:00:01" });
        using var silent = server.OpenStream(await server.OwnerAsync());

        await Faults.ExpectAsync(StatusCode.InvalidArgument, ErrorReason.ProtocolViolation, silent.NextAsync);
    }

    private static async Task ExpectLimitAsync(string limit, int maximum, Func<Task> call)
    {
        var status = await Faults.ExpectAsync(StatusCode.ResourceExhausted, ErrorReason.RateLimited, call);
        var metadata = status.GetDetail<ErrorInfo>().Metadata;
        Assert.Equal((limit, $"{maximum}"), (metadata["limit"], metadata["maximum"]));
    }

    private static async Task<string> RefreshAsync(V1.AuthService.AuthServiceClient auth, string token) =>
        (await auth.RefreshTokenAsync(new() { RefreshToken = token }, cancellationToken: RunningServer.Cancellation)).Tokens.RefreshToken;
}
