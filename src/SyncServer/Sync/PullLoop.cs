using KhsCrm.Storage.Deltas;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Live;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync;

/// <summary>Gives a caller what it lacks, from its cursor to a checkpoint.</summary>
internal sealed class PullLoop(CatchUpReader catchUps, DeltaScope scope)
{
    private Task<EncodedDeltaResult>? _next;

    /// <summary>Runs to the checkpoint.</summary>
    /// <param name="cursor">Where the caller stands; empty for everything.</param>
    /// <param name="writeAsync">Writes a delta, which is gone once that is done.</param>
    /// <param name="resyncAsync">Tells that the cursor is of no use, and everything follows.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task RunAsync(
        ReadOnlyMemory<byte> cursor,
        Func<EncodedDelta, Task> writeAsync,
        Func<ResyncRequired, Task> resyncAsync,
        CancellationToken cancellationToken)
    {
        try
        {
            await ReadAsync(cursor, writeAsync, resyncAsync, cancellationToken);
        }
        finally
        {
            UnsentPage.Drop(_next);
        }
    }

    private async Task ReadAsync(
        ReadOnlyMemory<byte> cursor,
        Func<EncodedDelta, Task> writeAsync,
        Func<ResyncRequired, Task> resyncAsync,
        CancellationToken cancellationToken)
    {
        var isRestarted = false;
        while (true)
        {
            var result = await (_next ?? catchUps.ReadAsync(scope, cursor, cancellationToken));
            _next = null;
            if (result.Delta is not { } encoded)
            {
                // The token's role is not the user's any more, or the user is gone: a new token is needed first.
                if (isRestarted || cursor.IsEmpty)
                    throw new RpcFault(ErrorReason.AccessTokenInvalid, "the session has ended, or the user's role has changed");
                (isRestarted, cursor) = (true, default);
                await resyncAsync(ResyncMessages.Of(result.Resync));
                continue;
            }

            using (encoded)
            {
                // The next page is read while this one is written: one more, whatever the caller's pace.
                cursor = encoded.Rest.Cursor.Memory;
                if (!encoded.Rest.Checkpoint)
                    _next = catchUps.ReadAsync(scope, cursor, cancellationToken);
                await writeAsync(encoded);
                if (encoded.Rest.Checkpoint)
                    return;
            }
        }
    }
}
