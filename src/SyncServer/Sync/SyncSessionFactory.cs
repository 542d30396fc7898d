using Grpc.Core;
using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Devices;
using KhsCrm.Storage.Push.Deferral;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Callers;
using KhsCrm.SyncServer.Clients;
using KhsCrm.SyncServer.Deferral;
using KhsCrm.SyncServer.Live;
using KhsCrm.SyncServer.Streams;
using KhsCrm.SyncServer.Sync.Frames;
using KhsCrm.V1;
using Microsoft.Extensions.Options;

namespace KhsCrm.SyncServer.Sync;

/// <summary>What every stream of this server shares.</summary>
internal sealed record SyncSessionFactory(
    DeviceRegistry Devices,
    CatchUpReader CatchUps,
    ChangePump Pump,
    Backlog Backlog,
    PushHandler Push,
    DeferredOperations Deferred,
    LateResults LateResults,
    StreamClock Clock,
    Authenticator Authenticator,
    ServedVersions ServedVersions,
    IOptions<SyncOptions> Options,
    IOptions<LiveOptions> LiveOptions,
    IOptions<DeltaOptions> DeltaOptions,
    TimeProvider TimeProvider)
{
    public SyncSession Create(
        CurrentUser user,
        LiveStream stream,
        IAsyncStreamReader<SyncStreamRequest> requests,
        IServerStreamWriter<StreamFrame> responses) =>
        new(this, user, stream, requests, responses);
}
