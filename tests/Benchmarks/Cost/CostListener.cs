using Grpc.Core;
using Grpc.Net.Client;
using KhsCrm.V1;

namespace KhsCrm.Benchmarks.Cost;

/// <summary>A device that only listens, to jobs.</summary>
internal sealed class CostListener(AsyncDuplexStreamingCall<SyncStreamRequest, SyncStreamResponse> call) : IDisposable
{
    public static async Task<CostListener> OpenAsync(GrpcChannel channel, Metadata credentials, CancellationToken cancellationToken)
    {
        var call = new SyncService.SyncServiceClient(channel).SyncStream(credentials, cancellationToken: cancellationToken);
        var hello = new Hello
        {
            DeviceId = $"{Guid.CreateVersion7()}",
            AppVersion = "bench/1",
            ProtocolVersion = 1,
            NextClientSeq = 1,
            EntityTypes = { EntityType.Job },
        };
        await call.RequestStream.WriteAsync(new SyncStreamRequest { Hello = hello }, cancellationToken);
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            if (call.ResponseStream.Current.Delta is { Checkpoint: true })
                return new CostListener(call);
        }

        throw new InvalidOperationException("The stream ended.");
    }

    /// <summary>Reads until a job has these notes.</summary>
    public async Task WaitForAsync(string notes, CancellationToken cancellationToken)
    {
        while (await call.ResponseStream.MoveNext(cancellationToken))
        {
            if (call.ResponseStream.Current.Delta?.Changes.Any(change => change.Entity?.Job?.Notes == notes) == true)
                return;
        }

        throw new InvalidOperationException("The stream ended.");
    }

    public void Dispose() => call.Dispose();
}
