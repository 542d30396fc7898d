using Google.Protobuf.WellKnownTypes;
using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Live;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Loops;
using KhsCrm.V1;
using Microsoft.Extensions.Options;

namespace KhsCrm.SyncServer.Live;

/// <summary>
/// Reads what was committed once for all streams of this server, and routes it to their feeds (DESIGN §6). Told at once of
/// this server's commits and, by NOTIFY, of other servers'; a cheap poll of the snapshot finds everybody else's. While no
/// stream is open nothing is asked.
/// </summary>
internal sealed class ChangePump(
    LiveReader reader,
    PushingDevices pushes,
    Backlog backlog,
    IOptions<LiveOptions> options,
    TimeProvider timeProvider,
    DatabaseOutage outage,
    ILogger<ChangePump> logger) : DatabaseLoop(options.Value.PollInterval, timeProvider, outage, logger)
{
    private readonly TimeSpan _pollInterval = options.Value.PollInterval;
    private readonly TimeProvider _timeProvider = timeProvider;
    private readonly Lock _gate = new();
    private readonly HashSet<LiveFeed> _feeds = [];
    private readonly Wake _wake = new();
    private LivePosition? _position;
    private TaskCompletionSource _positioned = New();
    private volatile bool _isTold;
    private long _lastReadAt;
    private long _failures;

    /// <summary>Adds a stream's feed until it is detached.</summary>
    public void Attach(LiveFeed feed)
    {
        lock (_gate)
            _feeds.Add(feed);
        _wake.Call();
    }

    /// <summary>Forgets a feed.</summary>
    public void Detach(LiveFeed feed)
    {
        lock (_gate)
            _feeds.Remove(feed);
        feed.Break();
    }

    /// <summary>Lets a feed collect every window from now on, once the pump knows where it stands.</summary>
    public async Task CollectAsync(LiveFeed feed, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task positioned;
            lock (_gate)
            {
                if (_position is { } position)
                {
                    feed.Collect(position);
                    return;
                }

                positioned = _positioned.Task;
            }

            await positioned.WaitAsync(cancellationToken);
        }
    }

    /// <summary>How the pump is, for operators.</summary>
    public PumpStatus Measure()
    {
        var status = new PumpStatus { Failures = Interlocked.Read(ref _failures), Lag = new Duration() };
        if (Interlocked.Read(ref _lastReadAt) is var ticks and > 0)
        {
            var readAt = new DateTimeOffset(ticks, TimeSpan.Zero);
            status.LastReadAt = Timestamp.FromDateTimeOffset(readAt);
            lock (_gate)
            {
                // Without streams nothing is read, and nobody waits.
                if (_feeds.Count > 0 && _timeProvider.GetUtcNow() - readAt is var lag && lag > TimeSpan.Zero)
                    status.Lag = Duration.FromTimeSpan(lag);
            }
        }

        return status;
    }

    /// <summary>Something was committed.</summary>
    public void Tell()
    {
        _isTold = true;
        _wake.Call();
    }

    /// <summary>What other servers told meanwhile may be lost: any device's outbox may have moved.</summary>
    public void TellAll()
    {
        lock (_gate)
            pushes.Add(_feeds.Select(feed => feed.DeviceId));
        Tell();
    }

    protected override async Task StepAsync(CancellationToken cancellationToken)
    {
        if (IsIdle())
        {
            await _wake.WaitAsync().AsTask().WaitAsync(cancellationToken);
            return;
        }

        var position = _position ?? await TakePositionAsync(cancellationToken);
        if (!_isTold)
            await WaitAsync(cancellationToken);
        if (!_isTold && await reader.ConfirmAsync(position, cancellationToken) is { } confirmed)
            Confirm(confirmed);
        else
            await PumpAsync(position, cancellationToken);
    }

    // The position stands: what could not be read now is read next time.
    protected override void LogFailure(Exception exception) => LiveLog.ReadFailed(logger, exception);

    protected override void OnFailure() => Interlocked.Increment(ref _failures);

    // A pump without streams loses its place: to read on from it later would bring what nobody is waiting for.
    private bool IsIdle()
    {
        lock (_gate)
        {
            if (_feeds.Count > 0)
                return false;
            if (_position is not null)
                (_position, _positioned) = (null, New());
            return true;
        }
    }

    private async Task<LivePosition> TakePositionAsync(CancellationToken cancellationToken)
    {
        var position = await reader.ReadPositionAsync(cancellationToken);
        lock (_gate)
            _position = position;
        _positioned.TrySetResult();
        return position;
    }

    private async Task PumpAsync(LivePosition position, CancellationToken cancellationToken)
    {
        KindSet kinds = default;
        int count;
        lock (_gate)
            count = _feeds.Count;
        await backlog.WaitAsync(count / 2, _pollInterval, cancellationToken);
        _isTold = false;
        lock (_gate)
        {
            foreach (var feed in _feeds)
                kinds = kinds.Union(feed.Kinds);
        }

        var devices = pushes.Take();
        try
        {
            Publish(await reader.ReadAsync(position, kinds, devices, cancellationToken));
        }
        catch
        {
            pushes.Add(devices);
            _isTold = true;
            throw;
        }
    }

    private void Publish(LiveWindow window)
    {
        if (window.Fault is { } fault)
            LiveLog.WindowNotRead(logger, fault.GetType().Name);
        if (window.IsEmpty)
        {
            Confirm(window.To);
            return;
        }

        lock (_gate)
        {
            NoteRead();
            // Another history: which cursors are still good in it is the delta reader's to say, stream by stream. The pump takes a
            // new position, because this window proved nothing that the new history holds.
            var isOtherHistory = !window.To.IsOfSameHistory(window.From);
            if (isOtherHistory)
                (_position, _positioned) = (null, New());
            else
                _position = window.To;
            var isBroken = isOtherHistory || !window.IsWhole;
            foreach (var feed in _feeds)
            {
                if (isBroken)
                    feed.Break();
                else
                    feed.Offer(window);
            }
        }
    }

    private void Confirm(LivePosition position)
    {
        lock (_gate)
        {
            _position = position;
            NoteRead();
            foreach (var feed in _feeds)
                feed.Confirm(position);
        }
    }

    private void NoteRead() => Interlocked.Exchange(ref _lastReadAt, _timeProvider.GetUtcNow().UtcTicks);

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var poll = Task.Delay(_pollInterval, _timeProvider, waiting.Token);
        var woken = WokenAsync();
        await Task.WhenAny(poll, woken);
        await waiting.CancelAsync();
        if (!woken.IsCompleted)
            _wake.Call();
        await woken;
        cancellationToken.ThrowIfCancellationRequested();

        async Task WokenAsync() => await _wake.WaitAsync();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
