namespace KhsCrm.SyncClient.Sync;

/// <summary>How long to wait before connecting again: exponential, with full jitter, so that not all devices come at once.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest, Func<double> random)
{
    private const int MaxDoublings = 30;

    private int _failures;

    public void Reset() => _failures = 0;

    /// <summary>The next wait: anything between 0 and a bound that doubles with each failure.</summary>
    public TimeSpan Next()
    {
        var bound = Math.Min(longest.TotalMilliseconds, first.TotalMilliseconds * Math.Pow(2, _failures));
        _failures = Math.Min(_failures + 1, MaxDoublings);
        return TimeSpan.FromMilliseconds(bound * random());
    }
}
