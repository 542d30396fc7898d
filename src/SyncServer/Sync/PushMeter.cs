using Google.Protobuf.WellKnownTypes;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync;

/// <summary>What waits to be written, for operators.</summary>
internal sealed class PushMeter(TimeProvider timeProvider)
{
    private readonly Lock _lock = new();
    private readonly HashSet<Entry> _waiting = [];
    private long _finished;

    /// <summary>Counts operations as waiting until they have results, or have failed.</summary>
    public IDisposable Begin(int operations)
    {
        var entry = new Entry(this, operations, timeProvider.GetTimestamp());
        lock (_lock)
            _waiting.Add(entry);
        return entry;
    }

    public PushStatus Measure()
    {
        lock (_lock)
        {
            var lag = _waiting.Count == 0 ? TimeSpan.Zero : timeProvider.GetElapsedTime(_waiting.Min(entry => entry.Start));
            return new PushStatus
            {
                WaitingOperations = _waiting.Sum(entry => entry.Operations),
                Lag = Duration.FromTimeSpan(lag),
                FinishedOperations = _finished,
            };
        }
    }

    private sealed class Entry(PushMeter meter, int operations, long start) : IDisposable
    {
        public int Operations => operations;

        public long Start => start;

        public void Dispose()
        {
            lock (meter._lock)
            {
                if (meter._waiting.Remove(this))
                    meter._finished += operations;
            }
        }
    }
}
