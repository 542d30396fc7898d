using KhsCrm.Storage.Deltas;
using Microsoft.Extensions.Options;

namespace KhsCrm.SyncServer.Live;

/// <summary>
/// Reads deltas for one stream, a few streams at a time: when all fall back to their cursors at once, they wait here and
/// not for a connection of the pool, which typed RPCs and pushes need too.
/// </summary>
internal sealed class CatchUpReader(DeltaReader deltas, IOptions<LiveOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _places = new(options.Value.CatchUpReaders);
    private volatile bool _isDisposed;

    /// <summary>Reads the next delta of a stream.</summary>
    public async Task<EncodedDeltaResult> ReadAsync(DeltaScope scope, ReadOnlyMemory<byte> cursor, CancellationToken cancellationToken)
    {
        try
        {
            await _places.WaitAsync(cancellationToken);
            try
            {
                return await deltas.ReadEncodedAsync(scope, cursor, cancellationToken);
            }
            finally
            {
                _places.Release();
            }
        }
        catch (ObjectDisposedException exception) when (_isDisposed)
        {
            // Only a stream that was cut off can still be at it when the server goes.
            throw new OperationCanceledException("the server has gone", exception);
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        _places.Dispose();
    }
}
