using KhsCrm.Storage.Push;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Live;
using KhsCrm.V1;
using Microsoft.Extensions.Options;

namespace KhsCrm.SyncServer.Sync;

/// <summary>Takes a batch of operations, from a stream or from the unary Push.</summary>
internal sealed class PushHandler(OperationApplier applier, ChangeSignal signal, IOptions<SyncOptions> options)
{
    /// <exception cref="RpcFault">The batch as a whole cannot be taken; nothing of it is recorded.</exception>
    public async Task<PushResult> PushAsync(
        Actor actor, IReadOnlyList<Operation> operations, CancellationToken cancellationToken)
    {
        if (operations.Count > options.Value.MaxOperationsPerBatch)
        {
            throw new RpcFault(
                ErrorReason.LimitExceeded,
                $"a batch has at most {options.Value.MaxOperationsPerBatch} operations; this one has {operations.Count}",
                ("limit", $"{options.Value.MaxOperationsPerBatch}"));
        }

        var outcome = await applier.ApplyAsync(actor, operations, cancellationToken);
        if (outcome.Refusal is { } reason)
            throw ToFault(reason, outcome.LastClientSeq);
        signal.Raise();
        return new PushResult { Results = { outcome.Results }, LastClientSeq = outcome.LastClientSeq };
    }

    private static RpcFault ToFault(ErrorReason reason, long lastClientSeq) => reason switch
    {
        ErrorReason.SequenceGap => new RpcFault(
            reason,
            $"operations are missing: the last one known is {lastClientSeq}",
            ("last_client_seq", $"{lastClientSeq}")),
        ErrorReason.DeviceForked => new RpcFault(
            reason, "another operation has this number: the device was restored from a backup and must register anew"),
        ErrorReason.DeviceNotYours => new RpcFault(
            reason, "the device is not registered, was revoked, or belongs to another user"),
        _ => new RpcFault(reason, "the user is deactivated"),
    };
}
