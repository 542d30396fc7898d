using Grpc.Core;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.SyncServer.Tests.Kit;

/// <summary>Short ways to talk over a raw stream.</summary>
internal static class StreamExtensions
{
    public static Hello NewHello(string? device = null) => new()
    {
        DeviceId = device ?? $"{Guid.CreateVersion7()}",
        AppVersion = "test/1",
        ProtocolVersion = 1,
        NextClientSeq = 1,
    };

    public static Task SendAsync(
        this AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse> call, SyncStreamRequest request) =>
        call.RequestStream.WriteAsync(request, RunningServer.Cancellation);

    /// <summary>Says hello and reads up to the first checkpoint; gives the changes.</summary>
    public static async Task<List<Change>> CatchUpAsync(
        this AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse> call, Hello? hello = null)
    {
        await call.SendAsync(new() { Hello = hello ?? NewHello() });
        Assert.Equal(SyncStreamResponse.MessageOneofCase.Welcome, (await call.NextAsync()).MessageCase);
        return await call.ReadToCheckpointAsync();
    }

    public static async Task<List<Change>> ReadToCheckpointAsync(
        this AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse> call)
    {
        List<Change> changes = [];
        while (true)
        {
            if ((await call.NextAsync()).Delta is not { } delta)
                continue;
            changes.AddRange(delta.Changes);
            if (delta.Checkpoint)
                return changes;
        }
    }

    /// <summary>Reads until a change of a kind comes.</summary>
    public static async Task ReadUntilAsync(
        this AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse> call, Func<Change, bool> isMeant)
    {
        while (!(await call.ReadToCheckpointAsync()).Any(isMeant))
        {
        }
    }

    /// <summary>Reads whatever still comes; throws what the stream ends with.</summary>
    public static async Task ReadToEndAsync(this AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse> call)
    {
        while (await call.ResponseStream.MoveNext(RunningServer.Cancellation))
        {
        }
    }

    public static async Task<SyncStreamResponse> NextAsync(
        this AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext(RunningServer.Cancellation), "the stream ended");
        return call.ResponseStream.Current;
    }

    public static Operation NewCustomer(long seq, string name = "Pushed") => new()
    {
        Id = $"{Guid.CreateVersion7()}",
        ClientSeq = seq,
        Kind = OperationKind.Create,
        Entity = new Entity { Customer = new Customer { Id = $"{Guid.CreateVersion7()}", Name = name, Address = "1 Road" } },
    };
}
