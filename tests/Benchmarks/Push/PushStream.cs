using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using KhsCrm.V1;

namespace KhsCrm.Benchmarks.Push;

/// <summary>
/// A device: a raw stream of its own that pushes, and waits for the result. It takes only users, whom nobody writes, so that
/// what is measured is the write path and not how changes fan out.
/// </summary>
internal sealed class PushStream : IDisposable
{
    private readonly AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse> _call;
    private long _lastSeq;

    private PushStream(AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse> call) => _call = call;

    /// <summary>Says hello and reads to the first checkpoint.</summary>
    public static async Task<PushStream> OpenAsync(GrpcChannel channel, Metadata credentials, CancellationToken cancellationToken)
    {
        var call = new SyncService.SyncServiceClient(channel).SyncStream(credentials, cancellationToken: cancellationToken);
        var hello = new Hello
        {
            DeviceId = $"{Guid.CreateVersion7()}",
            AppVersion = "bench/1",
            ProtocolVersion = 1,
            NextClientSeq = 1,
            EntityTypes = { EntityType.User },
        };
        await call.RequestStream.WriteAsync(new() { Hello = hello }, cancellationToken);
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            if (call.ResponseStream.Current.Delta is { Checkpoint: true })
                return new PushStream(call);
        }

        throw new InvalidOperationException("The stream ended.");
    }

    /// <summary>Numbers the batches and pushes them, so many in flight at a time. It reads while it writes, as every device must.</summary>
    public async Task PushAsync(IReadOnlyList<Operation[]> batches, int inFlight, CancellationToken cancellationToken)
    {
        using var room = new SemaphoreSlim(inFlight);
        var writing = WriteAsync(batches, room, cancellationToken);
        foreach (var batch in batches)
        {
            await ReadResultAsync(batch.Length, cancellationToken);
            room.Release();
        }

        await writing;
    }

    private async Task WriteAsync(IReadOnlyList<Operation[]> batches, SemaphoreSlim room, CancellationToken cancellationToken)
    {
        foreach (var operations in batches)
        {
            await room.WaitAsync(cancellationToken);
            foreach (var operation in operations)
                operation.ClientSeq = ++_lastSeq;
            await _call.RequestStream.WriteAsync(new() { PushBatch = new PushBatch { Operations = { operations } } }, cancellationToken);
        }
    }

    public void Dispose() => _call.Dispose();

    private async Task ReadResultAsync(int operations, CancellationToken cancellationToken)
    {
        while (await _call.ResponseStream.MoveNext(cancellationToken))
        {
            if (_call.ResponseStream.Current.PushResult is not { } result)
                continue;
            if (result.Results.Count != operations || result.Results.Any(one => one.Outcome is not (OperationOutcome.Applied or OperationOutcome.Merged)))
            {
                var bad = result.Results.FirstOrDefault(one => one.Outcome is not (OperationOutcome.Applied or OperationOutcome.Merged));
                throw new InvalidOperationException($"A push failed: {JsonFormatter.Default.Format((IMessage?)bad ?? result)}");
            }

            return;
        }

        throw new InvalidOperationException("The stream ended.");
    }
}
