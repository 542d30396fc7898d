using System.Threading.Channels;

namespace KhsCrm.SyncClient.Changes;

/// <summary>One listener of a <see cref="ChangeFeed"/>, with its bounded queue.</summary>
internal sealed class ChangeSubscription(Action<ChangeSubscription> end) : IDisposable
{
    private const int QueueLength = 64;

    private readonly Channel<StoreChanges> _queue = Channel.CreateBounded<StoreChanges>(QueueLength);
    private int _hasLost;

    public void Offer(StoreChanges changes)
    {
        if (_queue.Writer.TryWrite(changes))
            return;
        Volatile.Write(ref _hasLost, 1);
        // The listener may have emptied the queue before the mark was set: it must wake up and see it.
        _queue.Writer.TryWrite(StoreChanges.Anything);
    }

    public void Complete() => _queue.Writer.TryComplete();

    /// <summary>The changes of the next transaction; null when the store is closed.</summary>
    public async ValueTask<StoreChanges?> TakeAsync(CancellationToken cancellationToken)
    {
        while (await _queue.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!_queue.Reader.TryRead(out var changes))
                continue;
            if (Interlocked.Exchange(ref _hasLost, 0) == 0)
                return changes;
            // What is still queued is part of "anything".
            while (_queue.Reader.TryRead(out _))
            {
            }

            return StoreChanges.Anything;
        }

        return null;
    }

    /// <summary>The changes of all transactions that wait, as one: a burst is looked at once. Null when the store is closed.</summary>
    public async ValueTask<StoreChanges?> TakeAllAsync(CancellationToken cancellationToken)
    {
        var all = await TakeAsync(cancellationToken).ConfigureAwait(false);
        while (all is not null && _queue.Reader.TryRead(out var more))
            all = all.With(more);
        return all is not null && Interlocked.Exchange(ref _hasLost, 0) != 0 ? StoreChanges.Anything : all;
    }

    public void Dispose() => end(this);
}
