using System.Threading.RateLimiting;
using KhsCrm.SyncServer.Errors;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Limits;

/// <summary>At most so many attempts by one key in a sliding window. A key that is idle for a window costs no memory.</summary>
internal sealed class AttemptLimit(string name, int permits, TimeSpan window) : IDisposable
{
    private const int Segments = 6;

    private readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, string>(
        key => RateLimitPartition.GetSlidingWindowLimiter(key, _ => new SlidingWindowRateLimiterOptions
        {
            PermitLimit = permits,
            Window = window,
            SegmentsPerWindow = Segments,
            QueueLimit = 0,
        }),
        StringComparer.Ordinal);

    /// <summary>Counts an attempt.</summary>
    /// <exception cref="RpcFault">It is one too many.</exception>
    public void Count(string key)
    {
        using var lease = _limiter.AttemptAcquire(key);
        if (lease.IsAcquired)
            return;
        throw new RpcFault(
            ErrorReason.RateLimited,
            "too many attempts; wait a while",
            ("limit", name),
            ("maximum", $"{permits}"),
            ("window_seconds", $"{window.TotalSeconds:0}"));
    }

    public void Dispose() => _limiter.Dispose();
}
