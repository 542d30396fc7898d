using KhsCrm.Storage.Push;
using KhsCrm.Storage.Push.GroupCommit;
using KhsCrm.SyncServer.Callers;
using KhsCrm.SyncServer.Deferral;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Live;
using KhsCrm.SyncServer.Streams;
using KhsCrm.V1;
using Microsoft.Extensions.Options;

namespace KhsCrm.SyncServer.Sync;

/// <summary>Takes a batch of operations, from a stream or from the unary Push.</summary>
internal sealed class PushHandler(
    GroupCommitter committer,
    Commits commits,
    DeferralWorker deferral,
    StreamRegistry streams,
    PushMeter meter,
    IOptions<SyncOptions> options)
{
    // Of the 4 MiB that a gRPC client takes by default: the statuses need room too, and what a merge overwrote.
    private const int MaxRowBytes = 2_097_152;

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

        PushRules.Check(operations);
        using var write = commits.Begin(actor.DeviceId);
        using var waiting = meter.Begin(operations.Count);
        var outcome = await committer.ApplyAsync(actor, operations, cancellationToken);
        var results = Publish(actor.DeviceId, outcome);
        LeaveOutRows(results);
        return new PushResult { Results = { results }, LastClientSeq = outcome.LastClientSeq };
    }

    /// <summary>Takes the one operation of a typed RPC.</summary>
    /// <exception cref="RpcFault">The user may not write any more.</exception>
    public async Task<OperationResult> ApplyAsync(CurrentUser user, SingleWrite operation, CancellationToken cancellationToken)
    {
        using var write = commits.Begin(deviceId: null);
        using var waiting = meter.Begin(operations: 1);
        return Publish(deviceId: null, await committer.ApplyAsync(user.Id, user.Role, operation, cancellationToken))[0];
    }

    private IReadOnlyList<OperationResult> Publish(Guid? deviceId, PushOutcome outcome)
    {
        if (outcome.Refusal is { } reason)
            throw ToFault(reason, outcome.LastClientSeq);
        deferral.Notice(deviceId, outcome.Results);
        foreach (var result in outcome.Results)
        {
            if (result.Entity?.User is { IsActive: false } user)
                streams.EndUser(Guid.Parse(user.Id));
        }

        return outcome.Results;
    }

    // Of what took effect a device has each row from its deltas too, and a thousand of the largest would be more than a message
    // can be. A rejected edit is shown beside the row that stood against it, so that stays.
    private static void LeaveOutRows(IReadOnlyList<OperationResult> results)
    {
        var left = MaxRowBytes;
        foreach (var result in results)
        {
            if (result is { Status: null, Entity: { } row } && (left -= row.CalculateSize()) < 0)
                result.Entity = null;
        }
    }

    private static RpcFault ToFault(ErrorReason reason, long lastClientSeq) => reason switch
    {
        ErrorReason.SequenceGap => new RpcFault(
            reason,
            $"operations are missing: the last one known is {lastClientSeq}",
            ("last_client_seq", $"{lastClientSeq}")),
        ErrorReason.DeviceForked => new RpcFault(
            reason, "another operation has this number: the device was restored from a backup and must register anew"),
        ErrorReason.DeviceNotYours => new RpcFault(reason, "the device is not registered, or belongs to another user"),
        ErrorReason.DeviceRevoked => new RpcFault(reason, "the device was revoked"),
        _ => new RpcFault(ErrorReason.AccessTokenInvalid, "the user is deactivated"),
    };
}
