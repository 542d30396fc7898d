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

    /// <summary>Reads the next delta of a stream.</summary>
    public async Task<EncodedDeltaResult> ReadAsync(DeltaScope scope, ReadOnlyMemory<byte> cursor, CancellationToken cancellationToken)
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

    public void Dispose() => _places.Dispose();
}
