using Google.Protobuf.WellKnownTypes;
using KhsCrm.SyncServer.Live;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Streams;

/// <summary>What is to be known of a stream, for operators.</summary>
internal sealed class StreamMeter(Guid userId, Guid deviceId, string appVersion, LiveFeed feed, TimeProvider timeProvider)
{
    private readonly DateTimeOffset _openedAt = timeProvider.GetUtcNow();
    private long _lastReceivedAt = timeProvider.GetUtcNow().UtcTicks;
    private long _operations;
    private long _received;

    public Guid DeviceId => deviceId;

    /// <summary>How many messages the device sent.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>The device sent something.</summary>
    /// <param name="operations">How many operations were in it.</param>
    public void Receive(int operations)
    {
        Volatile.Write(ref _lastReceivedAt, timeProvider.GetUtcNow().UtcTicks);
        Interlocked.Add(ref _operations, operations);
        Interlocked.Increment(ref _received);
    }

    public StreamStatus Measure()
    {
        var (isLive, queued, lag) = feed.Measure();
        return new StreamStatus
        {
            DeviceId = $"{deviceId}",
            UserId = $"{userId}",
            AppVersion = appVersion,
            State = isLive ? StreamState.Live : StreamState.CatchingUp,
            OpenedAt = Timestamp.FromDateTimeOffset(_openedAt),
            LastReceivedAt = Timestamp.FromDateTimeOffset(new DateTimeOffset(Volatile.Read(ref _lastReceivedAt), TimeSpan.Zero)),
            Lag = Duration.FromTimeSpan(lag),
            QueuedChanges = queued,
            ReceivedOperations = Interlocked.Read(ref _operations),
        };
    }
}
