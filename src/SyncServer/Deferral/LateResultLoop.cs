using KhsCrm.Storage.Push;
using KhsCrm.Storage.Push.Deferral;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Deferral;

/// <summary>
/// Tells a device what became of its operations that had waited: first what it asks for in Hello, then what is decided
/// while its stream is open.
/// </summary>
internal sealed class LateResultLoop(LateResults results, DeferredOperations deferred, Actor actor, Hello hello)
{
    // A result shows its row, so a message of them has to stay well below what a device takes.
    private const int ResultsPerMessage = 100;

    private readonly Guid _device = Guid.Parse(hello.DeviceId);

    public async Task RunAsync(
        Func<SyncStreamResponse, CancellationToken, ValueTask> sendAsync, CancellationToken cancellationToken)
    {
        // Attached before the ledger is asked: what is decided in between may come twice, and is not lost.
        var live = results.Attach(_device);
        try
        {
            foreach (var ids in hello.DeferredOperationIds.Select(Guid.Parse).Chunk(ResultsPerMessage))
                await SendAsync(await deferred.FindFinalAsync(actor, ids, cancellationToken));
            while (await live.WaitToReadAsync(cancellationToken))
            {
                List<OperationResult> batch = [];
                while (batch.Count < ResultsPerMessage && live.TryRead(out var result))
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
            if (batch.Count > 0)
                await sendAsync(new() { PushResult = new PushResult { Results = { batch } } }, cancellationToken);
        }
    }
}
