namespace KhsCrm.SyncClient.Sync;

/// <summary>
/// Ends a stream on which what is due does not come: an answer to Hello, the pages of a catch-up, the results of a push; or
/// on which nothing comes at all. A proxy answers the pings of a connection whose server has hung, so they prove nothing.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private readonly Lock _lock = new();
    private readonly KhsCrmClientOptions _options;
    private readonly ITimer _timer;
    private long _lastProgress;
    private bool _isDue = true;
    private bool _isPaused;

    public Watchdog(KhsCrmClientOptions options, Action end)
    {
        _options = options;
        _lastProgress = options.TimeProvider.GetTimestamp();
        _timer = options.TimeProvider.CreateTimer(_ => end(), null, options.AnswerTimeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A message is here: what this device takes to store it is not the server's time.</summary>
    public void Pause()
    {
        lock (_lock)
        {
            _isPaused = true;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The message is stored.</summary>
    /// <param name="isProgress">Whether it was more than a sign of life.</param>
    /// <param name="isDue">Whether the server owes something: then a sign of life is not enough.</param>
    public void Resume(bool isProgress, bool isDue)
    {
        lock (_lock)
        {
            if (isProgress || !_isDue)
                _lastProgress = _options.TimeProvider.GetTimestamp();
            (_isPaused, _isDue) = (false, isDue);
            Set();
        }
    }

    /// <summary>Something was sent that the server answers.</summary>
    public void Expect()
    {
        lock (_lock)
        {
            if (_isDue)
                return;
            (_isDue, _lastProgress) = (true, _options.TimeProvider.GetTimestamp());
            if (!_isPaused)
                Set();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Set()
    {
        var left = _options.ProgressTimeout - _options.TimeProvider.GetElapsedTime(_lastProgress);
        var time = !_isDue ? _options.SilenceTimeout : left > TimeSpan.Zero ? left : TimeSpan.Zero;
        _timer.Change(time, Timeout.InfiniteTimeSpan);
    }
}
