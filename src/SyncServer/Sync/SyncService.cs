using Grpc.Core;
using KhsCrm.Contracts.Values;
using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Devices;
using KhsCrm.Storage.Push;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Callers;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Live;
using KhsCrm.SyncServer.Queue;
using KhsCrm.SyncServer.Streams;
using KhsCrm.SyncServer.Sync.Frames;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync;

[BindServiceMethod(typeof(SyncServiceBinding), nameof(SyncServiceBinding.BindService))]
internal sealed class SyncService(
    SyncSessionFactory sessions,
    StreamRegistry streams,
    DeviceRegistry devices,
    CatchUpReader catchUps,
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
        if (!Uuid.Is(request.DeviceId))
            throw RpcFault.Field("device_id", "must be a lower-case UUID");
        var device = Guid.Parse(request.DeviceId);
        await devices.GreetAsync(new DeviceHello(device, user.Id, user.SessionId, AppVersion: ""), context.CancellationToken);
        var actor = new Actor(user.Id, user.Role, device);
        return new PushResponse { Result = await push.PushAsync(actor, request.Operations, context.CancellationToken) };
    }

    /// <summary>Pull, as <see cref="SyncServiceBinding"/> binds it. The JSON form is found by its name, which this one must not have.</summary>
    public async Task PullFrames(PullRequest request, IServerStreamWriter<StreamFrame> responseStream, ServerCallContext context)
    {
        using var writer = new FrameWriter(responseStream);
        await PullAsync(
            request,
            encoded => writer.WriteAsync(
                new PageFrame(encoded, PullResponse.DeltaFieldNumber), isFollowed: false, context.CancellationToken),
            resync => writer.WriteAsync(new PullResponse { ResyncRequired = resync }, context.CancellationToken),
            context);
    }

    /// <summary>Its JSON form.</summary>
    public override Task Pull(PullRequest request, IServerStreamWriter<PullResponse> responseStream, ServerCallContext context) =>
        PullAsync(
            request,
            encoded => responseStream.WriteAsync(new PullResponse { Delta = encoded.ToDelta() }, context.CancellationToken),
            resync => responseStream.WriteAsync(new PullResponse { ResyncRequired = resync }, context.CancellationToken),
            context);

    public override async Task<ListQueueResponse> ListQueue(ListQueueRequest request, ServerCallContext context) =>
        await queue.ListAsync(await context.RequireUserAsync(), request, context.CancellationToken);

    public override async Task<RetryOperationResponse> RetryOperation(RetryOperationRequest request, ServerCallContext context) =>
        await queue.RetryAsync(await context.RequireUserAsync(), request, context.CancellationToken);

    public override async Task<DiscardOperationResponse> DiscardOperation(
        DiscardOperationRequest request, ServerCallContext context) =>
        await queue.DiscardAsync(await context.RequireUserAsync(), request, context.CancellationToken);

    private async Task PullAsync(
        PullRequest request, Func<EncodedDelta, Task> writeAsync, Func<ResyncRequired, Task> resyncAsync, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        if (HelloRules.CheckTypes("entity_types", request.EntityTypes).ToList() is { Count: > 0 } violations)
            throw new RpcFault(violations);
        var scope = new DeltaScope(
            user.Id, user.Role, null, request.EntityTypes, user.SessionId,
            TakesKindsAnew: request.Features.Contains(Feature.KindsAnew));
        await new PullLoop(catchUps, scope).RunAsync(request.Cursor.Memory, writeAsync, resyncAsync, context.CancellationToken);
    }
}
