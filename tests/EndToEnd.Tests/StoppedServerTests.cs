using Grpc.Core;
using Grpc.Net.Client;
using KhsCrm.EndToEnd.Tests.Kit;
using KhsCrm.TestKit;
using KhsCrm.V1;
using Npgsql;
using Xunit;

namespace KhsCrm.EndToEnd.Tests;

/// <summary>
/// SIGTERM, as an orchestrator sends it, to the server as it runs in production: what it accepted it finishes and answers,
/// its streams are told where to go, and it ends with 0.
/// </summary>
public sealed class StoppedServerTests
{
    private const string Password = "a password of our own";
    private const int Operations = 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_told_to_end_finishes_what_it_accepted_tells_its_streams_and_exits_with_0()
    {
        await using var database = await TestDatabase.CreateAsync(Cancellation);
        await using var server = await ServeAsync(database);
        using var channel = GrpcChannel.ForAddress((await server.WaitForLineAsync("Now listening on: ")).Split(": ")[^1].Trim());
        using var pushing = await OpenAsync(channel);
        using var idle = await OpenAsync(channel);
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using var held = await HeldTransaction.BeginAsync(source, "LOCK TABLE customers IN EXCLUSIVE MODE", Cancellation);
        await pushing.RequestStream.WriteAsync(
            new() { PushBatch = new PushBatch { Operations = { Enumerable.Range(1, Operations).Select(NewCustomer) } } }, Cancellation);
        await held.WaitForVictimAsync();

        // The batch is in its transaction, which cannot end before both streams have heard.
        await server.SignalAsync("TERM");
        await ReadToAsync(idle, message => message.Reconnect is not null);
        await ReadToAsync(pushing, message => message.Reconnect is not null);
        await held.RollbackAsync();

        var answer = await ReadToAsync(pushing, message => message.PushResult is not null);
        Assert.Equal(Operations, answer.PushResult.Results.Count);
        Assert.All(answer.PushResult.Results, result => Assert.Equal(OperationOutcome.Applied, result.Outcome));
        foreach (var call in new[] { pushing, idle })
        {
            await call.RequestStream.CompleteAsync();
            while (await call.ResponseStream.MoveNext(Cancellation))
            {
            }

            Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        }

        Assert.Equal(0, await server.WaitForExitAsync());
        Assert.Equal(Operations, await ScalarAsync<long>(source, "SELECT count(*) FROM customers WHERE name = 'Accepted'"));
        Assert.Equal("", server.Errors.Trim());
    }

    private static async Task<ChildProcess> ServeAsync(TestDatabase database)
    {
        var connection = ("ConnectionStrings__KhsCrm", database.ConnectionString);
        await using (var set = ChildProcess.Start("KhsCrm.SyncServer.dll", ["set-password", "owner@khscrm.com"], Password, connection))
            Assert.Equal(0, await set.WaitForExitAsync());
        return ChildProcess.Start(
            "KhsCrm.SyncServer.dll",
            ["--urls", "http://127.0.0.1:0"],
            null,
            connection,
            ("ASPNETCORE_ENVIRONMENT", "Production"),
            ("Auth__SigningKeys__0", "a-key-of-this-test-alone-0123456789abcdef0123456789abcdef"),
            // The lock is let go as soon as the streams have heard; no clock is to be faster.
            ("Sync__CloseTimeout", "00:02:00"));
    }

    private static async Task<AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse>> OpenAsync(GrpcChannel channel)
    {
        var login = await new AuthService.AuthServiceClient(channel).LoginAsync(
            new LoginRequest { Email = "owner@khscrm.com", Password = Password }, cancellationToken: Cancellation);
        var call = new SyncService.SyncServiceClient(channel).SyncStream(
            new Metadata { { "authorization", $"Bearer {login.Tokens.AccessToken}" } }, cancellationToken: Cancellation);
        var hello = new Hello { DeviceId = $"{Guid.CreateVersion7()}", AppVersion = "test/1", ProtocolVersion = 1, NextClientSeq = 1 };
        await call.RequestStream.WriteAsync(new() { Hello = hello }, Cancellation);
        await ReadToAsync(call, message => message.Delta is { Checkpoint: true });
        return call;
    }

    private static async Task<SyncStreamResponse> ReadToAsync(
        AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse> call, Func<SyncStreamResponse, bool> isMeant)
    {
        while (await call.ResponseStream.MoveNext(Cancellation))
        {
            if (isMeant(call.ResponseStream.Current))
                return call.ResponseStream.Current;
        }

        throw new InvalidOperationException("The stream ended.");
    }

    private static Operation NewCustomer(int seq) => new()
    {
        Id = $"{Guid.CreateVersion7()}",
        ClientSeq = seq,
        Kind = OperationKind.Create,
        Entity = new Entity { Customer = new Customer { Id = $"{Guid.CreateVersion7()}", Name = "Accepted", Address = "1 Road" } },
    };

    private static async Task<T> ScalarAsync<T>(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
