using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using KhsCrm.SyncServer.Sync.Frames;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync;

/// <summary>What a stream says besides results and deltas: that it is alive, that its token ends soon, that the server leaves.</summary>
internal sealed class StreamNotices(
    FrameWriter writer, CredentialWatch credentials, SyncOptions options, TimeProvider timeProvider)
{
    private long _heartbeatAt = (timeProvider.GetUtcNow() + options.HeartbeatInterval).UtcTicks;
    private volatile bool _isLeaving;
    private bool _hasLeft;

    /// <summary>Whether there is anything to say.</summary>
    public bool AreDue => AreDueAt(timeProvider.GetUtcNow());

    /// <summary>Whether there is anything to say at a time.</summary>
    public bool AreDueAt(DateTimeOffset now) =>
        now.UtcTicks >= Volatile.Read(ref _heartbeatAt) || credentials.IsNoticeDue(now) || (_isLeaving && !_hasLeft);

    /// <summary>The server leaves: the device is to be told.</summary>
    public void Leave() => _isLeaving = true;

    /// <summary>The stream showed that it is alive.</summary>
    public void Postpone() =>
        Volatile.Write(ref _heartbeatAt, (timeProvider.GetUtcNow() + options.HeartbeatInterval).UtcTicks);

    /// <summary>Says what is due.</summary>
    /// <param name="cursor">Where the device stands.</param>
    /// <param name="cancellationToken">Ends the stream in the middle of a message.</param>
    public async Task SendDueAsync(ReadOnlyMemory<byte> cursor, CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow();
        if (_isLeaving && !_hasLeft)
        {
            _hasLeft = true;
            // Spread in time, so that not all devices come to the other servers at once.
            var after = options.ReconnectSpread * Random.Shared.NextDouble();
            var reconnect = new Reconnect { After = Duration.FromTimeSpan(after) };
            await writer.WriteAsync(new SyncStreamResponse { Reconnect = reconnect }, cancellationToken);
        }

        if (credentials.IsNoticeDue(now))
        {
            var notice = new CredentialsExpiring { ExpiresAt = Timestamp.FromDateTimeOffset(credentials.ExpiresAt) };
            credentials.MarkNoticed();
            await writer.WriteAsync(new SyncStreamResponse { CredentialsExpiring = notice }, cancellationToken);
        }

        if (now.UtcTicks < Volatile.Read(ref _heartbeatAt))
            return;
        Postpone();
        var heartbeat = new Heartbeat
        {
            Cursor = UnsafeByteOperations.UnsafeWrap(cursor),
            ServerTime = Timestamp.FromDateTimeOffset(now),
        };
        await writer.WriteAsync(new SyncStreamResponse { Heartbeat = heartbeat }, cancellationToken);
    }
}
