using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Live;
using KhsCrm.SyncServer.Live;
using KhsCrm.SyncServer.Loops;
using KhsCrm.SyncServer.Streams;
using KhsCrm.SyncServer.Sync.Frames;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync;

/// <summary>
/// Sends a device what it lacks, from its cursor to a checkpoint, and then what the pump routes to it, as it is written.
/// Sent back by the pump, it begins again from the cursor it last sent.
/// </summary>
internal sealed class DeltaLoop(
    SyncSessionFactory shared,
    LiveStream stream,
    LiveFeed feed,
    Wake wake,
    FrameWriter writer,
    StreamNotices notices,
    DigestInbox digests,
    DeltaScope scope)
{
    private readonly DeltaFrame _frame = new();
    private DeltaScope _scope = scope;
    private ReadOnlyMemory<byte> _cursor;
    private long? _lastClientSeqSent;
    private Task<EncodedDeltaResult>? _next;

    /// <summary>Runs until the stream ends.</summary>
    /// <param name="cursor">Where the device stands.</param>
    /// <param name="ended">Ends the waiting and the reading.</param>
    /// <param name="cut">Ends the writing, in the middle of a frame.</param>
    public async Task RunAsync(ReadOnlyMemory<byte> cursor, CancellationToken ended, CancellationToken cut)
    {
        _cursor = cursor;
        try
        {
            while (true)
            {
                var live = await CatchUpAsync(ended, cut);
                await FollowAsync(live, ended, cut);
            }
        }
        finally
        {
            UnsentPage.Drop(_next);
        }
    }

    private async Task<LiveScope> CatchUpAsync(CancellationToken ended, CancellationToken cut)
    {
        while (true)
        {
            // Before the read: what is written while we read is collected.
            await shared.Pump.CollectAsync(feed, ended);
            await notices.SendDueAsync(_cursor, cut);
            var result = await (_next ?? ReadAsync(_cursor, ended));
            _next = null;
            if (result.Delta is not { } encoded)
            {
                await ResyncAsync(result.Resync, ended, cut);
                continue;
            }

            using var page = encoded;
            var delta = encoded.Rest;
            // The next page is read while this one is written: so many at a time, and no more.
            if (!delta.Checkpoint)
                _next = ReadAsync(delta.Cursor.Memory, ended);
            if (encoded.Count + delta.Digests.Count + delta.CompletedAnew.Count > 0
                || !delta.Checkpoint
                || delta.LastClientSeq != _lastClientSeqSent)
            {
                if (delta.Digests.Count > 0)
                    digests.Clear();
                await writer.WriteAsync(new PageFrame(encoded, SyncStreamResponse.DeltaFieldNumber), isFollowed: false, cut);
                // After pages the checkpoint is owed, though it may bring nothing else.
                _lastClientSeqSent = delta.Checkpoint ? delta.LastClientSeq : null;
            }

            var live = LiveScope.Of(encoded);
            _cursor = delta.Cursor.Memory;
            // Digests are read with a delta of this stream's own: the pump, which reads for all, does not know its scope.
            if (delta.Checkpoint
                && digests.Waiting is null
                && LivePosition.Of(_cursor) is { } position
                && live is not null
                && feed.TryGoLive(live, position, delta.LastClientSeq))
            {
                return live;
            }
        }
    }

    private Task<EncodedDeltaResult> ReadAsync(ReadOnlyMemory<byte> cursor, CancellationToken ended) =>
        shared.CatchUps.ReadAsync(_scope with { SessionId = stream.SessionId, Digests = digests.Waiting }, cursor, ended);

    private async Task FollowAsync(LiveScope live, CancellationToken ended, CancellationToken cut)
    {
        while (feed.Take(out var deliveries) is { } position)
        {
            while (deliveries?.TryDequeue(out var delivery) == true)
                await WriteAsync(live, delivery, deliveries.Count > 0, cut);
            if (notices.AreDue)
            {
                _cursor = position.ToCursor(live);
                await notices.SendDueAsync(_cursor, cut);
            }

            if (digests.Waiting is not null)
                return;

            await wake.WaitAsync();
            ended.ThrowIfCancellationRequested();
        }
    }

    private async Task WriteAsync(LiveScope live, LiveDelivery delivery, bool isFollowed, CancellationToken cut)
    {
        var cursor = delivery.Position.ToCursor(live);
        await writer.WriteAsync(_frame.With(delivery.Changes, cursor, delivery.LastClientSeq), isFollowed, cut);
        (_cursor, _lastClientSeqSent) = (cursor, delivery.LastClientSeq);
        notices.Postpone();
    }

    private async Task ResyncAsync(ResyncReason reason, CancellationToken ended, CancellationToken cut)
    {
        if (reason == ResyncReason.RoleChanged)
        {
            // A session that has ended, here or on another server, shows as a user without a role.
            var role = await shared.Authenticator.FindRoleAsync(stream.UserId, stream.SessionId, ended);
            _scope = _scope with { Role = role };
        }

        _cursor = default;
        _lastClientSeqSent = null;
        await writer.WriteAsync(new SyncStreamResponse { ResyncRequired = ResyncMessages.Of(reason) }, cut);
    }
}
