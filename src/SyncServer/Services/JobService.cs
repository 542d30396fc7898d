using Grpc.Core;
using KhsCrm.Storage.Queries;
using KhsCrm.SyncServer.Auth;
using KhsCrm.SyncServer.Callers;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Paging;
using KhsCrm.SyncServer.Rows;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Services;

internal sealed class JobService(
    JobList list,
    ActiveJobList active,
    AssignedJobList assigned,
    StatusHistoryList history,
    RowFinder rows,
    PageTokens pages,
    TypedWrites writes) : V1.JobService.JobServiceBase
{
    public override async Task<GetJobResponse> GetJob(GetJobRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        var id = RequestFields.Id("job_id", request.JobId);
        var (job, workers) = await list.FindAsync(user.Id, user.Role, id, context.CancellationToken) ?? throw NoJob();
        return new GetJobResponse { Job = job.WithEtag(), AssignedWorkers = { workers } };
    }

    public override async Task<ListJobsResponse> ListJobs(ListJobsRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        var filter = new JobFilter(
            RequestFields.OptionalId("customer_id", request.CustomerId),
            RequestFields.Statuses("statuses", request.Statuses),
            RequestFields.OptionalId("assigned_user_id", request.AssignedUserId),
            RequestFields.OptionalId("created_by_id", request.CreatedById),
            RequestFields.Day("from_date", request.FromDate),
            RequestFields.Day("to_date", request.ToDate));
        if (filter.To < filter.From)
            throw RpcFault.Field("to_date", "must not be before from_date");
        var page = pages.Open<JobList.Position>(user, request);
        var (jobs, next) = page.Cut(
            await list.ReadAsync(user.Id, user.Role, filter, page.After, page.Limit, context.CancellationToken),
            JobList.Position.Of);
        return new ListJobsResponse { Jobs = { jobs.Select(Etags.WithEtag) }, NextPageToken = next };
    }

    public override async Task<ListActiveJobsResponse> ListActiveJobs(ListActiveJobsRequest request, ServerCallContext context)
    {
        var user = await context.RequireOwnerAsync();
        var statuses = RequestFields.Statuses("statuses", request.Statuses);
        if (statuses.Contains(JobStatus.Completed))
            throw RpcFault.Field("statuses", "must not be COMPLETED: a completed job is not active");
        var assignedUser = RequestFields.OptionalId("assigned_user_id", request.AssignedUserId);
        var page = pages.Open<ActiveJobList.Position>(user, request);
        var (jobs, next) = page.Cut(
            await active.ReadAsync(statuses, assignedUser, page.After, page.Limit, context.CancellationToken),
            ActiveJobList.Position.Of);
        var response = new ListActiveJobsResponse { ActiveJobs = { jobs }, NextPageToken = next };
        foreach (var job in response.ActiveJobs)
            job.Job.WithEtag();
        return response;
    }

    public override async Task<ListAssignedJobsResponse> ListAssignedJobs(ListAssignedJobsRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        var whose = RequestFields.OptionalId("user_id", request.UserId) ?? user.Id;
        if (whose != user.Id)
            await RequireUserOfOwnerAsync(whose, user, context.CancellationToken);
        var statuses = RequestFields.Statuses("statuses", request.Statuses);
        var page = pages.Open<AssignedJobList.Position>(user, request);
        var (jobs, next) = page.Cut(
            await assigned.ReadAsync(whose, statuses, page.After, page.Limit, context.CancellationToken),
            AssignedJobList.Position.Of);
        var response = new ListAssignedJobsResponse { AssignedJobs = { jobs }, NextPageToken = next };
        foreach (var job in response.AssignedJobs)
            job.Job.WithEtag();
        return response;
    }

    public override async Task<CreateJobResponse> CreateJob(CreateJobRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        var made = request.Job?.Clone() ?? new Job();
        made.Id = TypedWrites.NewRowId(made.Id, request.RequestId);
        var row = await writes.CreateAsync(user, new Entity { Job = made }, request.RequestId, context.CancellationToken);
        return new CreateJobResponse { Job = row.Job.WithEtag() };
    }

    public override async Task<UpdateJobResponse> UpdateJob(UpdateJobRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        var mask = Masks.Require(
            request.UpdateMask, "title", "description", "customer_id", "start_date", "end_date", "notes");
        var asked = request.Job ?? new Job();
        RequestFields.Id("job.id", asked.Id);
        var row = await writes.UpdateAsync(
            user, new Entity { Job = asked }, mask.Paths, "job.etag", asked.Etag, context.CancellationToken);
        return new UpdateJobResponse { Job = row.Job.WithEtag() };
    }

    public override async Task<ChangeJobStatusResponse> ChangeJobStatus(ChangeJobStatusRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        RequestFields.Id("job_id", request.JobId);
        var asked = new Entity { Job = new Job { Id = request.JobId, Status = request.Status } };
        var row = await writes.UpdateAsync(user, asked, ["status"], "etag", request.Etag, context.CancellationToken);
        return new ChangeJobStatusResponse { Job = row.Job.WithEtag() };
    }

    public override async Task<DeleteJobResponse> DeleteJob(DeleteJobRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        RequestFields.Id("job_id", request.JobId);
        await writes.DeleteAsync(
            user, new Entity { Job = new Job { Id = request.JobId } }, request.Etag, context.CancellationToken);
        return new DeleteJobResponse();
    }

    public override async Task<AssignJobResponse> AssignJob(AssignJobRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        var made = new JobAssignment
        {
            Id = TypedWrites.NewRowId(asked: null, request.RequestId),
            JobId = request.JobId,
            UserId = request.UserId,
        };
        var row = await writes.CreateAsync(
            user, new Entity { JobAssignment = made }, request.RequestId, context.CancellationToken);
        return new AssignJobResponse { JobAssignment = row.JobAssignment };
    }

    public override async Task<UnassignJobResponse> UnassignJob(UnassignJobRequest request, ServerCallContext context)
    {
        var user = await context.RequireOwnerAsync();
        var (job, whom) = (RequestFields.Id("job_id", request.JobId), RequestFields.Id("user_id", request.UserId));
        var assignment = await rows.FindAssignmentAsync(job, whom, context.CancellationToken)
            ?? throw new RpcFault(ErrorReason.RowNotFound, "the user is not assigned to the job");
        await writes.DeleteAsync(user, new Entity { JobAssignment = assignment }, etag: "", context.CancellationToken);
        return new UnassignJobResponse();
    }

    public override async Task<ListJobStatusHistoryResponse> ListJobStatusHistory(
        ListJobStatusHistoryRequest request, ServerCallContext context)
    {
        var user = await context.RequireUserAsync();
        var job = RequestFields.Id("job_id", request.JobId);
        var page = pages.Open<StatusHistoryList.Position>(user, request);
        _ = await rows.FindAsync(user.Id, user.Role, EntityType.Job, job, context.CancellationToken) ?? throw NoJob();
        var (changes, next) = page.Cut(
            await history.ReadAsync(job, page.After, page.Limit, context.CancellationToken), StatusHistoryList.Position.Of);
        return new ListJobStatusHistoryResponse { JobStatusHistory = { changes }, NextPageToken = next };
    }

    private async Task RequireUserOfOwnerAsync(Guid whose, CurrentUser user, CancellationToken cancellationToken)
    {
        user.RequireOwner();
        _ = await rows.FindAsync(user.Id, user.Role, EntityType.User, whose, cancellationToken)
            ?? throw new RpcFault(ErrorReason.RowNotFound, "the user does not exist");
    }

    private static RpcFault NoJob() => new(ErrorReason.RowNotFound, "the job does not exist");
}
