using KhsCrm.Storage.Push;
using KhsCrm.Storage.Push.Deferral;
using KhsCrm.SyncServer.Deferral;
using KhsCrm.SyncServer.Sync.Frames;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync;

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
            {
                results.Await(_device, ids);
                var final = await deferred.FindFinalAsync(actor, ids, ended);
                results.Forget(_device, final.Select(result => Guid.Parse(result.OperationId)));
                await SendAsync(final);
            }

            while (await live.WaitToReadAsync(ended))
            {
                List<LateNews> batch = [];
                while (batch.Count < MaxResultsHeld && live.TryRead(out var news))
                    batch.Add(news);
                Guid[] asked = [.. batch.Where(news => news.Result is null).Select(news => news.OperationId)];
                IReadOnlyList<OperationResult> found = asked.Length == 0 ? [] : await deferred.FindFinalAsync(actor, asked, ended);
                await SendAsync([.. batch.Select(news => news.Result).OfType<OperationResult>(), .. found]);
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
