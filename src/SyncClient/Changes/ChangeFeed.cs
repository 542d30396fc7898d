using System.Runtime.CompilerServices;

namespace KhsCrm.SyncClient.Changes;

/// <summary>Tells observers what was committed. A slow observer costs a bounded queue and is then told "anything".</summary>
internal sealed class ChangeFeed
{
    private readonly Lock _lock = new();
    private readonly List<ChangeSubscription> _subscriptions = [];
    private bool _isComplete;

    /// <summary>Operations were queued, answered, or left the outbox. Raised on the thread that committed.</summary>
    public event Action? OutboxChanged;

    /// <summary>Whether somebody listens. Without, a transaction need not collect what it changes.</summary>
    public bool IsObserved
    {
        get
        {
            lock (_lock)
            {
                return _subscriptions.Count > 0;
            }
        }
    }

    public void Publish(StoreChanges changes)
    {
        if (changes.IsEmpty)
            return;
        if (changes.OutboxChanged)
            OutboxChanged?.Invoke();
        lock (_lock)
        {
            foreach (var subscription in _subscriptions)
                subscription.Offer(changes);
        }
    }

    /// <summary>Listens from this call on, until disposed.</summary>
    public ChangeSubscription Subscribe()
    {
        var subscription = new ChangeSubscription(Remove);
        lock (_lock)
        {
            if (_isComplete)
                subscription.Complete();
            else
                _subscriptions.Add(subscription);
        }

        return subscription;
    }

    /// <summary>Observes from this call on, not only from the first read on.</summary>
    public IAsyncEnumerable<StoreChanges> Observe(CancellationToken cancellationToken) => ReadAsync(Subscribe(), cancellationToken);

    /// <summary>Ends every observation: the store closes.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _isComplete = true;
            foreach (var subscription in _subscriptions)
                subscription.Complete();
        }
    }

    private static async IAsyncEnumerable<StoreChanges> ReadAsync(
        ChangeSubscription subscription, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using (subscription)
        {
            while (await subscription.TakeAsync(cancellationToken).ConfigureAwait(false) is { } changes)
                yield return changes;
        }
    }

    private void Remove(ChangeSubscription subscription)
    {
        lock (_lock)
        {
            _subscriptions.Remove(subscription);
        }
    }
}
