using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Live;
using KhsCrm.SyncServer.Loops;

namespace KhsCrm.SyncServer.Live;

/// <summary>
/// One stream's side of the pump. It collects windows while the stream catches up, then holds what is routed to it until
/// the stream has written it. What waits is bounded: a stream that falls behind, or whose scope changes, is sent back to
/// its own cursor and costs nobody else anything.
/// </summary>
internal sealed class LiveFeed(
    LiveOptions options, Guid deviceId, KindSet kinds, Func<Guid> sessionId, Wake wake, Backlog backlog, TimeProvider timeProvider)
{
    private readonly Lock _lock = new();
    private Queue<LiveWindow>? _collected;
    private Queue<LiveDelivery>? _waiting;
    private LiveScope? _scope;
    // Of a collecting feed: where the collected windows begin. Of a live one: where the stream stands once it took all.
    private LivePosition? _position;
    private long _lastClientSeq;
    private int _bytes;
    // Since when the stream catches up, or the oldest of what waits does.
    private long _since = timeProvider.GetTimestamp();

    /// <summary>The device whose stream it is.</summary>
    public Guid DeviceId => deviceId;

    /// <summary>The kinds of entities that it wants.</summary>
    public KindSet Kinds => kinds;

    /// <summary>The pump's side: begins to collect the windows that follow a position, in place of what there was.</summary>
    public void Collect(LivePosition pump)
    {
        lock (_lock)
        {
            Clear();
            (_collected, _position) = ([], pump);
        }
    }

    /// <summary>
    /// Goes live from a checkpoint. Whatever of the collected windows the checkpoint does not include waits to be written.
    /// </summary>
    /// <param name="scope">
    /// What the stream gets from now on, read while the feed collected and before the checkpoint: whatever changed it since is
    /// in a window that comes by here.
    /// </param>
    /// <param name="checkpoint">Where the stream stands.</param>
    /// <param name="lastClientSeq">How far the device's outbox had been taken there.</param>
    /// <returns>False when something lies between the two: the stream must read again.</returns>
    public bool TryGoLive(LiveScope scope, LivePosition checkpoint, long lastClientSeq)
    {
        lock (_lock)
        {
            if (_collected is not { } collected || _position is not { } reached)
                return false;
            while (collected.TryPeek(out var next) && checkpoint.Includes(next.To))
            {
                if (next.Concerns(scope, sessionId()))
                    return false;
                reached = collected.Dequeue().To;
            }

            if (!checkpoint.Includes(reached))
                return false;
            Clear();
            (_scope, _position, _lastClientSeq) = (scope, checkpoint, lastClientSeq);
            // The first that concerns the scope ends it.
            while (_scope is not null && collected.TryDequeue(out var window))
                Route(scope, window);
            return _scope is not null;
        }
    }

    /// <summary>The pump's side: takes the next window.</summary>
    public void Offer(LiveWindow window)
    {
        lock (_lock)
        {
            if (_collected is { } collected)
            {
                collected.Enqueue(window);
                _bytes += window.Bytes;
                if (!window.IsWhole || collected.Count > options.QueueLength || _bytes > options.QueueBytes)
                    Clear();
            }
            else if (_scope is { } scope)
            {
                Route(scope, window);
            }
        }
    }

    /// <summary>The pump's side: nothing was written up to a later moment.</summary>
    public void Confirm(LivePosition position)
    {
        lock (_lock)
        {
            if (_scope is not null && position.Includes(_position!))
                _position = position;
        }
    }

    /// <summary>Sends the stream back to its cursor: the pump lost the thread.</summary>
    public void Break()
    {
        lock (_lock)
            Clear();
        wake.Call();
    }

    /// <summary>The stream's side: takes all that waits.</summary>
    /// <param name="deliveries">What is to be written, in order; null for nothing.</param>
    /// <returns>Where the stream stands after that; null when it must read for itself.</returns>
    public LivePosition? Take(out Queue<LiveDelivery>? deliveries)
    {
        lock (_lock)
        {
            deliveries = _waiting;
            if (_waiting is not null)
            {
                (_waiting, _bytes) = (null, 0);
                backlog.Remove();
            }

            return _scope is null ? null : _position;
        }
    }

    /// <summary>Whether the stream is live, how many changes wait for it, and for how long the oldest has, or it catches up.</summary>
    public (bool IsLive, int Queued, TimeSpan Lag) Measure()
    {
        lock (_lock)
        {
            var isLive = _scope is not null;
            var lag = isLive && _waiting is null ? TimeSpan.Zero : timeProvider.GetElapsedTime(_since);
            return (isLive, _waiting?.Sum(delivery => delivery.Changes.Count) ?? 0, lag);
        }
    }

    private void Route(LiveScope scope, LiveWindow window)
    {
        if (window.Route(scope, sessionId()) is not { } changes)
        {
            Clear();
            wake.Call();
            return;
        }

        // The pump was reading it when the stream read further for itself: its rows may be older than the stream's.
        // One that ends where the stream stands may still tell of a push that the window before it did not know of.
        if (_position!.Includes(window.To) && !window.To.Includes(_position))
            return;
        _position = window.To;
        var lastClientSeq = window.Devices.GetValueOrDefault(deviceId, _lastClientSeq);
        if (changes.Count == 0 && lastClientSeq == _lastClientSeq)
            return;
        _lastClientSeq = lastClientSeq;
        if (_waiting is null)
        {
            (_waiting, _since) = ([], timeProvider.GetTimestamp());
            backlog.Add();
        }

        _waiting.Enqueue(new LiveDelivery(changes, window.To, lastClientSeq));
        _bytes += changes.Bytes.Length;
        if (_waiting.Count > options.QueueLength || _bytes > options.QueueBytes)
            Clear();
        wake.Call();
    }

    private void Clear()
    {
        if (_waiting is not null)
            backlog.Remove();
        if (_scope is not null)
            _since = timeProvider.GetTimestamp();
        (_collected, _waiting, _scope, _position, _bytes) = (null, null, null, null, 0);
    }
}
