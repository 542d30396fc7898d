using System.Diagnostics;
using System.Globalization;

namespace KhsCrm.Benchmarks.Client.Waits;

/// <summary>How long each call of one kind took, in milliseconds.</summary>
internal sealed class Latencies
{
    private readonly List<double> _times = [];

    public int Count => _times.Count;

    public double Most => _times.Count == 0 ? 0 : _times.Max();

    public void Since(long start) => _times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);

    public double Percentile(double part) =>
        _times.Count == 0 ? 0 : _times.Order().ElementAt(Math.Min(_times.Count - 1, (int)(_times.Count * part)));

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"p50 {Percentile(0.5):0.00}, p99 {Percentile(0.99):0.00}, most {Most:0.00} ms of {Count:#,0}");
}
