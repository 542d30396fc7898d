namespace KhsCrm.SyncClient.Sync;

/// <summary>
/// Debounces the hints of a platform that the network has changed. The first replaces the stream at once; while more come, the
/// stream is replaced once a window, which doubles, and only if nothing was received since the last hint. So a platform that
/// hints all the time cannot starve a push.
/// </summary>
internal sealed class NetworkHints(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan FirstWindow = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWindow = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private TimeSpan _window = FirstWindow;
    private long? _lastReplaced;
    private ITimer? _timer;
    private bool _wasHeard;
    private bool _isClosed;

    /// <summary>Takes a hint.</summary>
    /// <param name="replace">Replaces the stream; called now, at the end of the window, or not at all.</param>
    public void Take(Action replace)
    {
        lock (_lock)
        {
            _wasHeard = false;
            if (_isClosed || _timer is not null)
                return;
            var since = _lastReplaced is { } last ? time.GetElapsedTime(last) : TimeSpan.MaxValue;
            if (since < _window)
            {
                _timer = time.CreateTimer(_ => OnWindowEnd(replace), null, _window - since, Timeout.InfiniteTimeSpan);
                return;
            }

            _window = FirstWindow;
            _lastReplaced = time.GetTimestamp();
        }

        replace();
    }

    /// <summary>The stream received something.</summary>
    public void Heard()
    {
        lock (_lock)
        {
            _wasHeard = true;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isClosed = true;
            _timer?.Dispose();
        }
    }

    private void OnWindowEnd(Action replace)
    {
        lock (_lock)
        {
            _timer?.Dispose();
            _timer = null;
            if (_isClosed || _wasHeard)
                return;
            _window = _window * 2 < LongestWindow ? _window * 2 : LongestWindow;
            _lastReplaced = time.GetTimestamp();
        }

        replace();
    }
}
