using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace KhsCrm.SyncClient.Sync;

/// <summary>The current <see cref="ClientStatus"/>, and whoever wants to know the next.</summary>
internal sealed class StatusFeed
{
    private readonly Lock _lock = new();
    private readonly List<Channel<ClientStatus>> _observers = [];

    public event EventHandler<ClientStatus>? Changed;

    public ClientStatus Current { get; private set; } = new(SyncState.Offline);

    public void Set(ClientStatus status)
    {
        lock (_lock)
        {
            if (status == Current)
                return;
            Current = status;
            foreach (var observer in _observers)
                observer.Writer.TryWrite(status);
        }

        Changed?.Invoke(this, status);
    }

    /// <summary>The current status and later ones; a slow observer skips to the latest.</summary>
    public async IAsyncEnumerable<ClientStatus> ObserveAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var latest = Channel.CreateBounded<ClientStatus>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_lock)
        {
            latest.Writer.TryWrite(Current);
            _observers.Add(latest);
        }

        try
        {
            while (true)
                yield return await latest.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                _observers.Remove(latest);
            }
        }
    }
}
