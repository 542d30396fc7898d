using Grpc.Core;
using KhsCrm.Storage.Queries;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Paging;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Services;

internal sealed class ActivityService(ActivityList list, PageTokens pages) : V1.ActivityService.ActivityServiceBase
{
    public override async Task<ListActivityResponse> ListActivity(ListActivityRequest request, ServerCallContext context)
    {
        var user = await context.RequireOwnerAsync();
        var filter = new ActivityFilter(
            RequestFields.Text("entity_type", request.EntityType, 0, 50) is { Length: > 0 } type ? type : null,
            RequestFields.OptionalId("entity_id", request.EntityId),
            RequestFields.OptionalId("user_id", request.UserId),
            RequestFields.OptionalId("job_id", request.JobId),
            RequestFields.Time("start_time", request.StartTime),
            RequestFields.Time("end_time", request.EndTime));
        if (filter is { Entity: not null, EntityType: null })
            throw RpcFault.Field("entity_type", "must be set with entity_id");
        if (filter.End <= filter.Start)
            throw RpcFault.Field("end_time", "must be after start_time");
        var page = pages.Open<ActivityList.Position>(user, request);
        var (entries, next) = page.Cut(
            await list.ReadAsync(filter, page.After, page.Limit, context.CancellationToken), ActivityList.Position.Of);
        return new ListActivityResponse { ActivityLogs = { entries }, NextPageToken = next };
    }
}
