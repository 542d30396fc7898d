using System.Threading.RateLimiting;
using KhsCrm.SyncServer.Errors;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Limits;

/// <summary>
/// At most so many attempts by one key in a sliding window. Keys are counted in a fixed number of buckets, so that who
/// comes with ever new addresses cannot fill the memory; which keys share a bucket, nobody outside can know.
/// </summary>
internal sealed class AttemptLimit(string name, int permits, TimeSpan window) : IDisposable
{
    /// <summary>The most counters that there can be: about 30 MB if all are in use at once.</summary>
    internal const int Buckets = 65_536;

    private const int Segments = 6;

    // Seeded anew by every process, as .NET's hashes of strings are: no caller can aim at another's bucket.
    private readonly PartitionedRateLimiter<string> _limiter = PartitionedRateLimiter.Create<string, int>(
        key => RateLimitPartition.GetSlidingWindowLimiter(BucketOf(key), _ => new SlidingWindowRateLimiterOptions
        {
            PermitLimit = permits,
            Window = window,
            SegmentsPerWindow = Segments,
            QueueLimit = 0,
        }));

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

    internal static int BucketOf(string key) => (int)((uint)key.GetHashCode(StringComparison.Ordinal) % Buckets);

    public void Dispose() => _limiter.Dispose();
}
