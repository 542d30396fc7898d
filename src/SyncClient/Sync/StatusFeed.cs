using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace KhsCrm.SyncClient.Sync;

/// <summary>The current <see cref="ClientStatus"/>, and whoever wants to know the next.</summary>
internal sealed class StatusFeed(ILogger logger)
{
    private readonly Lock _lock = new();
    private object? _sender;
    private readonly List<Channel<ClientStatus>> _observers = [];
    private bool _isComplete;
    private long _setAside;

    /// <summary>A handler that throws is logged; the others are called and the sync goes on.</summary>
    public event EventHandler<ClientStatus>? Changed;

    /// <summary>Sets who handlers are told changed.</summary>
    public void SetSender(object sender) => _sender = sender;

    public ClientStatus Current { get; private set; } = new(SyncState.Offline);

    public void Set(ClientStatus status)
    {
        lock (_lock)
        {
            status = status with { SetAside = _setAside };
            if (status == Current)
                return;
            Current = status;
            foreach (var observer in _observers)
                observer.Writer.TryWrite(status);
        }

        foreach (var handler in Delegate.EnumerateInvocationList(Changed))
            Tell(handler, status);
    }

    /// <summary>Tells how many rows are set aside, now and with each later status.</summary>
    public void SetAside(long rows)
    {
        ClientStatus status;
        lock (_lock)
        {
            _setAside = rows;
            status = Current;
        }

        Set(status);
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
            if (_isComplete)
                latest.Writer.Complete();
        }

        try
        {
            await foreach (var status in latest.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return status;
        }
        finally
        {
            lock (_lock)
            {
                _observers.Remove(latest);
            }
        }
    }

    /// <summary>Ends every observation: the client closes.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _isComplete = true;
            foreach (var observer in _observers)
                observer.Writer.TryComplete();
        }
    }

    private void Tell(EventHandler<ClientStatus> handler, ClientStatus status)
    {
        try
        {
            handler(_sender, status);
        }
        catch (Exception exception)
        {
            SyncLog.HandlerThrew(logger, exception);
        }
    }
}
