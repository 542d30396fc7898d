using Grpc.Core;
using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Devices;
using KhsCrm.Storage.Push.Deferral;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Deferral;
using KhsCrm.SyncServer.Limits;
using KhsCrm.SyncServer.Live;
using KhsCrm.V1;
using Microsoft.Extensions.Options;

namespace KhsCrm.SyncServer.Sync;

/// <summary>What every stream of this server shares.</summary>
internal sealed record SyncSessionFactory(
    DeviceRegistry Devices,
    DeltaReader Deltas,
    PushHandler Push,
    DeferredOperations Deferred,
    LateResults LateResults,
    ChangeSignal Signal,
    Authenticator Authenticator,
    IOptions<SyncOptions> Options,
    TimeProvider TimeProvider,
    IHostApplicationLifetime Lifetime)
{
    public SyncSession Create(
        CurrentUser user,
        LiveStream stream,
        IAsyncStreamReader<SyncStreamRequest> requests,
        IServerStreamWriter<SyncStreamResponse> responses) =>
        new(this, user, stream, requests, responses);
}
