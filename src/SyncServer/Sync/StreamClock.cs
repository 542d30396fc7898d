namespace KhsCrm.SyncServer.Sync;

/// <summary>
/// The one timer of all streams: it looks at each a few times a second, so that an idle stream needs no timer of its own.
/// A server that shuts down tells it, and it tells the streams.
/// </summary>
internal sealed class StreamClock(TimeProvider timeProvider, IHostApplicationLifetime lifetime, ILogger<StreamClock> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    // Made with the clock: no stream is older than it.
    private readonly PeriodicTimer _timer = new(Interval, timeProvider);
    private readonly Lock _lock = new();
    private readonly HashSet<SyncSession> _sessions = [];
    private bool _hasFailed;

    /// <summary>Watches a stream until it is removed.</summary>
    public void Add(SyncSession session)
    {
        lock (_lock)
            _sessions.Add(session);
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            session.Drain();
    }

    /// <summary>Forgets a stream.</summary>
    public void Remove(SyncSession session)
    {
        lock (_lock)
            _sessions.Remove(session);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var draining = lifetime.ApplicationStopping.Register(() => ForEach(session => session.Drain()));
        try
        {
            while (await _timer.WaitForNextTickAsync(stoppingToken))
            {
                var now = timeProvider.GetUtcNow();
                ForEach(session => session.Check(now));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The streams have ended before: the web server stops first.
        }
    }

    public override void Dispose()
    {
        _timer.Dispose();
        base.Dispose();
    }

    private void ForEach(Action<SyncSession> act)
    {
        lock (_lock)
        {
            foreach (var session in _sessions)
            {
                try
                {
                    act(session);
                }
#pragma warning disable CA1031 // One stream's fault: the clock of all the others goes on. Logged once, for it comes four times a second.
                catch (Exception exception)
                {
                    if (!_hasFailed)
                        StreamClockLog.Failed(logger, exception);
                    _hasFailed = true;
                }
#pragma warning restore CA1031
            }
        }
    }
}
