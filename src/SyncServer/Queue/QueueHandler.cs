using KhsCrm.Contracts.Values;
using KhsCrm.Storage.Push.Deferral;
using KhsCrm.Storage.Queries;
using KhsCrm.SyncServer.Callers;
using KhsCrm.SyncServer.Deferral;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Paging;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Queue;

/// <summary>Shows the ledger of pushed operations, and lets people decide about those that wait or have failed.</summary>
internal sealed class QueueHandler(QueueList queue, DeferredOperations deferred, DeferralWorker worker, PageTokens pages)
{
    public async Task<ListQueueResponse> ListAsync(
        CurrentUser user, ListQueueRequest request, CancellationToken cancellationToken)
    {
        if (!Enum.IsDefined(request.Status))
            throw RpcFault.Field("status", "is not a SyncQueueStatus", ErrorReason.EnumValueUnknown);
        if (request.DeviceId.Length > 0 && !Uuid.Is(request.DeviceId))
            throw RpcFault.Field("device_id", "must be a lower-case UUID, or empty");
        var page = pages.Open<QueueList.Position>(user, request);
        var (items, next) = page.Cut(
            await queue.ReadAsync(
                user.Role == Role.Owner ? null : user.Id,
                request.Status,
                request.DeviceId.Length > 0 ? Guid.Parse(request.DeviceId) : null,
                page.After,
                page.Limit,
                cancellationToken),
            QueueList.Position.Of);
        return new ListQueueResponse { Items = { items }, NextPageToken = next };
    }

    public async Task<RetryOperationResponse> RetryAsync(
        CurrentUser user, RetryOperationRequest request, CancellationToken cancellationToken)
    {
        var item = await FindAsync(user, request.OperationId, cancellationToken);
        var late = await deferred.RetryAsync(Guid.Parse(item.Id), cancellationToken)
            ?? throw new RpcFault(ErrorReason.Conflict, "the operation neither waits nor has failed");
        if (late.Result.Outcome != OperationOutcome.Deferred)
            worker.Publish([late]);
        return new RetryOperationResponse { Result = late.Result };
    }

    public async Task<DiscardOperationResponse> DiscardAsync(
        CurrentUser user, DiscardOperationRequest request, CancellationToken cancellationToken)
    {
        var item = await FindAsync(user, request.OperationId, cancellationToken);
        if (await deferred.DiscardAsync(Guid.Parse(item.Id), cancellationToken) is not { } late)
            throw new RpcFault(ErrorReason.Conflict, "the operation does not wait");
        worker.Publish([late]);
        return new DiscardOperationResponse { Item = await FindAsync(user, request.OperationId, cancellationToken) };
    }

    // An owner decides about everybody's operations, a worker about their own; those of others they cannot even tell apart
    // from none.
    private async Task<SyncQueueItem> FindAsync(CurrentUser user, string operationId, CancellationToken cancellationToken)
    {
        if (!Uuid.Is(operationId))
            throw RpcFault.Field("operation_id", "must be a lower-case UUID");
        return await queue.FindAsync(Guid.Parse(operationId), cancellationToken) is { } item
            && (user.Role == Role.Owner || item.UserId == user.Id.ToString())
            ? item
            : throw new RpcFault(ErrorReason.RowNotFound, "no operation has this id");
    }
}
