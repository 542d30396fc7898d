using KhsCrm.Storage.Push;
using KhsCrm.Storage.Push.Deferral;
using KhsCrm.SyncServer.Sync;
using KhsCrm.SyncServer.Sync.Frames;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Deferral;

/// <summary>
/// Tells a device what became of its operations that had waited: first what it asks for in Hello, then what is decided
/// while its stream is open.
/// </summary>
internal sealed class LateResultLoop(LateResults results, DeferredOperations deferred, Actor actor, Hello hello)
{
    // A result shows its row.
    private const int MaxResultsHeld = 100;

    private readonly Guid _device = Guid.Parse(hello.DeviceId);

    /// <summary>Runs until the stream ends.</summary>
    /// <param name="writer">Of the stream.</param>
    /// <param name="ended">Ends the waiting and the reading.</param>
    /// <param name="cut">Ends the writing, in the middle of a frame.</param>
    public async Task RunAsync(FrameWriter writer, CancellationToken ended, CancellationToken cut)
    {
        // Attached before the ledger is asked: what is decided in between may come twice, and is not lost.
        var live = results.Attach(_device);
        try
        {
            foreach (var ids in hello.DeferredOperationIds.Select(Guid.Parse).Chunk(MaxResultsHeld))
                await SendAsync(await deferred.FindFinalAsync(actor, ids, ended));
            while (await live.WaitToReadAsync(ended))
            {
                List<OperationResult> batch = [];
                while (batch.Count < MaxResultsHeld && live.TryRead(out var result))
                    batch.Add(result);
                await SendAsync(batch);
            }
        }
        finally
        {
            results.Detach(_device, live);
        }

        async Task SendAsync(IReadOnlyCollection<OperationResult> batch)
        {
            if (batch.Count == 0)
                return;
            foreach (var part in PushResultParts.Of(new PushResult { Results = { batch } }))
                await writer.WriteAsync(new SyncStreamResponse { PushResult = part }, cut);
        }
    }
}
