using Google.Protobuf.WellKnownTypes;
using KhsCrm.Storage.Deltas;
using KhsCrm.SyncServer.Limits;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync;

/// <summary>
/// Sends a device what it lacks, from its cursor to a checkpoint, and then whatever is written, as it is written.
/// </summary>
internal sealed class DeltaLoop(
    SyncSessionFactory shared,
    LiveStream stream,
    Guid deviceId,
    Role role,
    Hello hello,
    Func<SyncStreamResponse, CancellationToken, ValueTask> sendAsync)
{
    private DeltaScope _scope = new(stream.UserId, role, deviceId, hello.EntityTypes);
    private ReadOnlyMemory<byte> _cursor = hello.Cursor.Memory;
    private long? _lastClientSeqSent;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            // Taken before the read: what is written while we read is read next time.
            var next = shared.Signal.Next;
            var scope = _scope with { SessionId = stream.SessionId };
            var result = await shared.Deltas.ReadAsync(scope, _cursor, cancellationToken);
            if (result.Delta is not { } delta)
            {
                await ResyncAsync(result.Resync, cancellationToken);
                continue;
            }

            _cursor = delta.Cursor.Memory;
            if (delta.Changes.Count > 0 || !delta.Checkpoint || delta.LastClientSeq != _lastClientSeqSent)
            {
                await sendAsync(new() { Delta = delta }, cancellationToken);
                // After pages the checkpoint is owed, though it may bring nothing else.
                _lastClientSeqSent = delta.Checkpoint ? delta.LastClientSeq : null;
            }

            if (delta.Checkpoint)
                await WaitAsync(next, cancellationToken);
        }
    }

    private async Task ResyncAsync(ResyncReason reason, CancellationToken cancellationToken)
    {
        if (reason == ResyncReason.RoleChanged)
        {
            // A session that has ended, here or on another server, shows as a user without a role.
            var role = await shared.Authenticator.FindRoleAsync(stream.UserId, stream.SessionId, cancellationToken);
            _scope = _scope with { Role = role };
        }

        _cursor = default;
        _lastClientSeqSent = null;
        await sendAsync(new() { ResyncRequired = ResyncMessages.Of(reason) }, cancellationToken);
    }

    private async Task WaitAsync(Task next, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var tick = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var heartbeat = Task.Delay(shared.Options.Value.HeartbeatInterval, shared.TimeProvider, tick.Token);
            var first = await Task.WhenAny(next, heartbeat);
            await tick.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
            if (first == next)
                return;
            var message = new Heartbeat
            {
                Cursor = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(_cursor),
                ServerTime = Timestamp.FromDateTimeOffset(shared.TimeProvider.GetUtcNow()),
            };
            await sendAsync(new() { Heartbeat = message }, cancellationToken);
        }
    }
}
