using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace KhsCrm.Benchmarks.Live;

/// <summary>Counts the arrival of numbered changes at many streams, and how long each took.</summary>
internal sealed class Deliveries(int streams, int changes)
{
    private const string Mark = "bench:";
    private const int Digits = 6;
    private static readonly byte[] MarkBytes = Encoding.UTF8.GetBytes(Mark);
    private readonly long[] _sentAt = new long[changes];
    private readonly int[] _arrived = new int[changes];
    private readonly TaskCompletionSource[] _complete =
        [.. Enumerable.Range(0, changes).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];

    // Microseconds, one for each delivery.
    private readonly int[] _latencies = new int[checked(streams * changes)];
    private int _count;

    public static string Text(int change) => string.Create(CultureInfo.InvariantCulture, $"{Mark}{change:000000}");

    /// <summary>The change is about to be committed.</summary>
    public void Send(int change) => Volatile.Write(ref _sentAt[change], Stopwatch.GetTimestamp());

    /// <summary>Completes when every stream has the change.</summary>
    public Task CompleteAsync(int change, CancellationToken cancellationToken) => _complete[change].Task.WaitAsync(cancellationToken);

    public void Fail(Exception exception)
    {
        foreach (var change in _complete)
            change.TrySetException(exception);
    }

    /// <summary>A message came.</summary>
    public void Count(ReadOnlySpan<byte> message)
    {
        for (int at; (at = message.IndexOf(MarkBytes)) >= 0; message = message[(at + MarkBytes.Length + Digits)..])
        {
            var change = int.Parse(message.Slice(at + MarkBytes.Length, Digits), CultureInfo.InvariantCulture);
            var latency = Stopwatch.GetElapsedTime(Volatile.Read(ref _sentAt[change]));
            var i = Interlocked.Increment(ref _count) - 1;
            if (i < _latencies.Length)
                _latencies[i] = (int)latency.TotalMicroseconds;
            if (Interlocked.Increment(ref _arrived[change]) == streams)
                _complete[change].TrySetResult();
        }
    }

    /// <summary>Begins to keep latencies anew.</summary>
    public void Forget() => Volatile.Write(ref _count, 0);

    /// <summary>A percentile of the latencies, in milliseconds.</summary>
    public double Percentile(double share)
    {
        var sorted = _latencies[..Math.Min(_count, _latencies.Length)];
        Array.Sort(sorted);
        return sorted.Length == 0 ? 0 : sorted[(int)(share * (sorted.Length - 1))] / 1000.0;
    }
}
