using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace KhsCrm.SyncClient.Changes;

/// <summary>Tells observers what was committed. A slow observer costs a bounded queue and is then told "anything".</summary>
internal sealed class ChangeFeed
{
    private const int QueueLength = 64;

    private readonly Lock _lock = new();
    private readonly List<Observer> _observers = [];

    /// <summary>Operations were queued, answered, or left the outbox. Raised on the thread that committed.</summary>
    public event Action? OutboxChanged;

    public void Publish(StoreChanges changes)
    {
        if (changes.IsEmpty)
            return;
        if (changes.OutboxChanged)
            OutboxChanged?.Invoke();
        lock (_lock)
        {
            foreach (var observer in _observers)
                observer.Offer(changes);
        }
    }

    /// <summary>Observes from this call on, not only from the first read on.</summary>
    public IAsyncEnumerable<StoreChanges> Observe(CancellationToken cancellationToken)
    {
        var observer = new Observer();
        lock (_lock)
        {
            _observers.Add(observer);
        }

        return ReadAsync(observer, cancellationToken);
    }

    private async IAsyncEnumerable<StoreChanges> ReadAsync(
        Observer observer, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            while (true)
                yield return await observer.TakeAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                _observers.Remove(observer);
            }
        }
    }

    private sealed class Observer
    {
        private readonly Channel<StoreChanges> _queue = Channel.CreateBounded<StoreChanges>(QueueLength);
        private int _hasLost;

        public void Offer(StoreChanges changes)
        {
            if (!_queue.Writer.TryWrite(changes))
                Volatile.Write(ref _hasLost, 1);
        }

        public async ValueTask<StoreChanges> TakeAsync(CancellationToken cancellationToken)
        {
            var changes = await _queue.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (Interlocked.Exchange(ref _hasLost, 0) == 0)
                return changes;
            // What is still queued is part of "anything".
            while (_queue.Reader.TryRead(out _))
            {
            }

            return StoreChanges.Anything;
        }
    }
}
