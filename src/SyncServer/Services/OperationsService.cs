using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using KhsCrm.Storage.Devices;
using KhsCrm.Storage.Maintenance;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Clients;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Live;
using KhsCrm.SyncServer.Paging;
using KhsCrm.SyncServer.Streams;
using KhsCrm.SyncServer.Sync;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Services;

internal sealed class OperationsService(
    DatabaseHealthReader health,
    LedgerCounts ledger,
    DeviceDirectory devices,
    MaintenanceRunner maintenance,
    StreamRegistry streams,
    ChangePump pump,
    PushMeter push,
    PageTokens pages,
    ServedVersions served,
    TimeProvider timeProvider) : V1.OperationsService.OperationsServiceBase
{
    private const int MaxItems = 1_000;

    public override async Task<GetDatabaseHealthResponse> GetDatabaseHealth(
        GetDatabaseHealthRequest request, ServerCallContext context)
    {
        await context.RequireOwnerAsync();
        var most = Items("max_items", request.MaxItems, fallback: 20);
        return new GetDatabaseHealthResponse
        {
            DatabaseHealth = await health.ReadAsync(most, request.MeasureBloat, context.CancellationToken),
        };
    }

    public override async Task<GetSyncStatusResponse> GetSyncStatus(GetSyncStatusRequest request, ServerCallContext context)
    {
        await context.RequireOwnerAsync();
        var most = Items("max_streams", request.MaxStreams, fallback: 100);
        var queue = await ledger.ReadAsync(context.CancellationToken);
        var versions = await devices.CountVersionsAsync(context.CancellationToken);
        foreach (var version in versions)
            version.IsTooOld = served.FindRequired(version.AppVersion) is not null;
        StreamStatus[] open = [.. streams.List().Select(stream => stream.Meter).OfType<StreamMeter>().Select(meter => meter.Measure())];
        return new GetSyncStatusResponse
        {
            SyncStatus = new SyncStatus
            {
                MeasuredAt = Now(),
                ServerName = Environment.MachineName,
                OpenStreams = open.Length,
                CatchingUpStreams = open.Count(stream => stream.State == StreamState.CatchingUp),
                Streams = { open.OrderByDescending(stream => stream.Lag.ToTimeSpan()).ThenBy(stream => stream.DeviceId).Take(most) },
                Pump = pump.Measure(),
                Push = push.Measure(),
                Queue = { queue },
                AppVersions = { versions },
            },
        };
    }

    public override async Task<ListDevicesResponse> ListDevices(ListDevicesRequest request, ServerCallContext context)
    {
        var user = await context.RequireOwnerAsync();
        var whose = RequestFields.OptionalId("user_id", request.UserId);
        var page = pages.Open<DeviceDirectory.Position>(user, request);
        var (found, next) = page.Cut(
            await devices.ReadAsync(whose, request.IncludeRevoked, page.After, page.Limit, context.CancellationToken),
            DeviceDirectory.Position.Of);
        foreach (var device in found)
            device.IsTooOld = served.FindRequired(device.AppVersion) is not null;
        return new ListDevicesResponse { Devices = { found }, NextPageToken = next };
    }

    public override async Task<RevokeDeviceResponse> RevokeDevice(RevokeDeviceRequest request, ServerCallContext context)
    {
        var user = await context.RequireOwnerAsync();
        var id = RequestFields.Id("device_id", request.DeviceId);
        var (device, ended) = await devices.RevokeAsync(user.Id, id, request.EndUserSessions, request.Wipe, context.CancellationToken)
            ?? throw new RpcFault(ErrorReason.RowNotFound, "the device does not exist");
        var owner = Guid.Parse(device.UserId);
        if (request.EndUserSessions)
            streams.EndUser(owner);
        else
            streams.EndDevice(owner, id);
        return new RevokeDeviceResponse { Device = device, EndedSessions = ended };
    }

    public override async Task<RunMaintenanceResponse> RunMaintenance(RunMaintenanceRequest request, ServerCallContext context)
    {
        await context.RequireOwnerAsync();
        await CheckAsync(request, context.CancellationToken);
        var startedAt = Now();
        var actions = await maintenance.RunAsync(request.Task, request.Tables, request.DryRun, context.CancellationToken)
            ?? throw new RpcFault(ErrorReason.Busy, "another run goes on");
        return new RunMaintenanceResponse
        {
            Task = request.Task,
            Actions = { actions },
            StartedAt = startedAt,
            FinishedAt = Now(),
        };
    }

    private async Task CheckAsync(RunMaintenanceRequest request, CancellationToken cancellationToken)
    {
        if (request.Task == MaintenanceTask.Unspecified)
            throw RpcFault.Field("task", "must be a task");
        if (!System.Enum.IsDefined(request.Task))
            throw RpcFault.Field("task", $"{request.Task:D} is not a MaintenanceTask", ErrorReason.EnumValueUnknown);
        if (request.Tables.Count == 0)
            return;
        if (request.Task is not (MaintenanceTask.VacuumAnalyze or MaintenanceTask.Reindex))
            throw RpcFault.Field("tables", "must be empty for this task");
        foreach (var table in request.Tables)
            RequestFields.Text("tables", table, 1, 63);
        if (await maintenance.FindUnknownTablesAsync(request.Tables, cancellationToken) is [var unknown, ..])
            throw RpcFault.Field("tables", $"'{unknown}' is no table");
    }

    private Timestamp Now() => Timestamp.FromDateTimeOffset(timeProvider.GetUtcNow());

    private static int Items(string field, int asked, int fallback) => asked switch
    {
        0 => fallback,
        >= 1 and <= MaxItems => asked,
        _ => throw RpcFault.Field(field, "must be 1 to 1,000, or 0 for the default"),
    };
}
