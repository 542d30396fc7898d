using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Wire;

/// <summary>An idle stream is asked whether its peer is there; a peer that is gone holds nothing for long.</summary>
public sealed class KeepAliveTests
{
    private const string Path = "/khscrm.v1.SyncService/SyncStream";

    [Fact]
    public async Task An_idle_stream_is_pinged_again_and_again_and_goes_on_when_it_answers()
    {
        await using var server = await RunningServer.StartAsync(new()
        {
            ["Limits:KeepAliveDelay"] = "00:00:01",
            ["Limits:KeepAliveTimeout"] = "00:05:00",
        });
        using var connection = await RawConnection.OpenAsync(server.Address);
        await connection.CallAsync(Path, (await server.LoginAsync()).Tokens.AccessToken, Hello());

        for (var i = 0; i < 2; i++)
        {
            var ping = await connection.ReadToPingAsync();
            Assert.NotNull(ping);
            await connection.SendAsync(RawConnection.Ping, RawConnection.Acknowledges, 0, ping);
        }

        await server.RunAsync("INSERT INTO customers (name, address) VALUES ('still here', 'a')");
        while (await connection.ReadAsync() is var frame)
        {
            Assert.NotNull(frame);
            if (frame.Value.Type == RawConnection.Data && frame.Value.Payload.AsSpan().IndexOf("still here"u8) >= 0)
                break;
        }
    }

    [Fact]
    public async Task A_dead_peer_is_noticed_and_its_place_is_free_again()
    {
        await using var server = await RunningServer.StartAsync(new()
        {
            ["Limits:KeepAliveDelay"] = "00:00:01",
            ["Limits:KeepAliveTimeout"] = "00:00:01",
            ["Limits:StreamsPerUser"] = "1",
        });
        var login = await server.LoginAsync();
        using var dead = await RawConnection.OpenAsync(server.Address);
        await dead.CallAsync(Path, login.Tokens.AccessToken, Hello());
        Assert.NotNull(await dead.ReadToPingAsync());

        // It never answers: the server ends the connection.
        while (await dead.ReadAsync() is not null)
        {
        }

        await AssertFreedAsync(server, login);
    }

    /// <summary>Waits until a stream of the user is let in, where one alone may be open.</summary>
    internal static async Task AssertFreedAsync(RunningServer server, LoginResponse login)
    {
        while (true)
        {
            using var call = server.OpenStream(RunningServer.Bearer(login.Tokens.AccessToken));
            try
            {
                await call.SendAsync(new() { Hello = StreamExtensions.NewHello() });
                Assert.NotNull((await call.NextAsync()).Welcome);
                return;
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.ResourceExhausted)
            {
                await Task.Delay(20, RunningServer.Cancellation);
            }
        }
    }

    private static SyncStreamRequest Hello() => new() { Hello = StreamExtensions.NewHello() };
}
