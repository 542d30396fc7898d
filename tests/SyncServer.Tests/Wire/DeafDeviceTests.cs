using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Wire;

/// <summary>A device that does not read holds up its own stream, and that only until its session ends.</summary>
public sealed class DeafDeviceTests
{
    [Fact]
    public async Task A_device_that_does_not_read_is_cut_off_when_its_session_is_over()
    {
        await using var server = await RunningServer.StartAsync(new()
        {
            ["Sync:CloseTimeout"] = "00:00:01",
            ["Deltas:PageBytes"] = "65536",
            ["Limits:StreamsPerUser"] = "1",
        });
        // 4 MB: far more than the windows of HTTP/2 and the queue of the stream hold.
        await server.RunAsync(
            "INSERT INTO customers (name, address, notes) SELECT 'c', 'a', repeat('x', 100000) FROM generate_series(1, 40)");
        var (deafLogin, other) = (await server.LoginAsync(), await server.LoginAsync());
        using var deaf = await RawConnection.OpenAsync(server.Address);
        await deaf.CallAsync(
            "/khscrm.v1.SyncService/SyncStream",
            deafLogin.Tokens.AccessToken,
            new SyncStreamRequest { Hello = StreamExtensions.NewHello() });
        // Rows come, and then nobody reads on.
        while (await deaf.ReadAsync() is not { Type: RawConnection.Data })
        {
        }

        await Faults.ExpectAsync(
            StatusCode.ResourceExhausted,
            ErrorReason.RateLimited,
            () => server.OpenStream(RunningServer.Bearer(other.Tokens.AccessToken)).CatchUpAsync());

        await new V1.AuthService.AuthServiceClient(server.Channel).LogoutAsync(
            new() { RefreshToken = deafLogin.Tokens.RefreshToken }, cancellationToken: RunningServer.Cancellation);

        await KeepAliveTests.AssertFreedAsync(server, other);
    }
}
