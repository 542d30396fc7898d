using Google.Protobuf.WellKnownTypes;
using KhsCrm.Storage.Deltas;
using KhsCrm.SyncServer.Errors;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync;

/// <summary>
/// Sends a device what it lacks, from its cursor to a checkpoint, and then whatever is written, as it is written.
/// </summary>
internal sealed class DeltaLoop(
    SyncSessionFactory shared,
    Guid userId,
    Guid deviceId,
    Role role,
    Hello hello,
    Func<SyncStreamResponse, CancellationToken, ValueTask> sendAsync)
{
    private DeltaScope _scope = new(userId, role, deviceId, hello.EntityTypes);
    private ReadOnlyMemory<byte> _cursor = hello.Cursor.Memory;
    private long? _lastClientSeqSent;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            // Taken before the read: what is written while we read is read next time.
            var next = shared.Signal.Next;
            var result = await shared.Deltas.ReadAsync(_scope, _cursor, cancellationToken);
            if (result.Delta is not { } delta)
            {
                await ResyncAsync(result.Resync, cancellationToken);
                continue;
            }

            _cursor = delta.Cursor.Memory;
            if (delta.Changes.Count > 0 || !delta.Checkpoint || delta.LastClientSeq != _lastClientSeqSent)
            {
                await sendAsync(new() { Delta = delta }, cancellationToken);
                _lastClientSeqSent = delta.Checkpoint ? delta.LastClientSeq : _lastClientSeqSent;
            }

            if (delta.Checkpoint)
                await WaitAsync(next, cancellationToken);
        }
    }

    private async Task ResyncAsync(ResyncReason reason, CancellationToken cancellationToken)
    {
        if (reason == ResyncReason.RoleChanged)
        {
            var greeting = await shared.Devices.GreetAsync(deviceId, userId, hello.AppVersion, cancellationToken);
            if (greeting is null || greeting.Role == Role.Unspecified)
                throw new RpcFault(ErrorReason.AccessTokenInvalid, "the user is deactivated");
            _scope = _scope with { Role = greeting.Role };
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
