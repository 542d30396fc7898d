using Grpc.Core;
using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Devices;
using KhsCrm.Storage.Push;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Limits;
using KhsCrm.SyncServer.Queue;
using KhsCrm.SyncServer.Sync.Frames;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync;

[BindServiceMethod(typeof(SyncServiceBinding), nameof(SyncServiceBinding.BindService))]
internal sealed class SyncService(
    SyncSessionFactory sessions,
    StreamRegistry streams,
    DeviceRegistry devices,
    DeltaReader deltas,
    PushHandler push,
    QueueHandler queue)
    : V1.SyncService.SyncServiceBase
{
    /// <summary>The RPC of this name, as <see cref="SyncServiceBinding"/> binds it.</summary>
    public async Task SyncStream(
        IAsyncStreamReader<SyncStreamRequest> requestStream,
        IServerStreamWriter<StreamFrame> responseStream,
        ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        using var stream = streams.Open(user, CallerAddress.Of(context));
        using var session = sessions.Create(user, stream, requestStream, responseStream);
        await session.RunAsync(context.CancellationToken);
    }

    public override async Task<PushResponse> Push(PushRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        if (!HelloRules.IsUuid(request.DeviceId))
            throw RpcFault.Field("device_id", "must be a lower-case UUID");
        var device = Guid.Parse(request.DeviceId);
        await devices.GreetAsync(device, user.Id, appVersion: "", context.CancellationToken);
        var actor = new Actor(user.Id, user.Role, device);
        return new PushResponse { Result = await push.PushAsync(actor, request.Operations, context.CancellationToken) };
    }

    public override async Task Pull(
        PullRequest request, IServerStreamWriter<PullResponse> responseStream, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        if (HelloRules.CheckTypes("entity_types", request.EntityTypes).ToList() is { Count: > 0 } violations)
            throw new RpcFault(violations);
        var scope = new DeltaScope(user.Id, user.Role, null, request.EntityTypes, user.SessionId);
        var cursor = request.Cursor.Memory;
        var isRestarted = false;
        Task<DeltaResult>? next = null;
        while (true)
        {
            var result = await (next ?? deltas.ReadAsync(scope, cursor, context.CancellationToken));
            next = null;
            if (result.Delta is not { } delta)
            {
                // The token's role is not the user's any more, or the user is gone: a new token is needed first.
                if (isRestarted || cursor.IsEmpty)
                    throw new RpcFault(ErrorReason.AccessTokenInvalid, "the session has ended, or the user's role has changed");
                isRestarted = true;
                cursor = default;
                await responseStream.WriteAsync(
                    new PullResponse { ResyncRequired = ResyncMessages.Of(result.Resync) }, context.CancellationToken);
                continue;
            }

            // The next page is read while this one is written: one more, whatever the caller's pace.
            cursor = delta.Cursor.Memory;
            if (!delta.Checkpoint)
                next = deltas.ReadAsync(scope, cursor, context.CancellationToken);
            await responseStream.WriteAsync(new PullResponse { Delta = delta }, context.CancellationToken);
            if (delta.Checkpoint)
                return;
        }
    }

    public override async Task<ListQueueResponse> ListQueue(ListQueueRequest request, ServerCallContext context) =>
        await queue.ListAsync(await context.RequireUserAsync(), request, context.CancellationToken);

    public override async Task<RetryOperationResponse> RetryOperation(RetryOperationRequest request, ServerCallContext context) =>
        await queue.RetryAsync(await context.RequireUserAsync(), request, context.CancellationToken);

    public override async Task<DiscardOperationResponse> DiscardOperation(
        DiscardOperationRequest request, ServerCallContext context) =>
        await queue.DiscardAsync(await context.RequireUserAsync(), request, context.CancellationToken);
}
