using Google.Rpc;
using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;
using Date = Google.Type.Date;

namespace KhsCrm.SyncServer.Tests.Jobs;

/// <summary>Jobs by typed RPCs: made, changed, moved through their statuses, staffed and deleted.</summary>
public sealed class JobServiceTests
{
    [Fact]
    public async Task A_job_is_stored_as_sent_but_for_what_the_server_sets()
    {
        await using var office = await Office.OpenAsync();
        var sent = new Job
        {
            Id = Office.NewId(),
            Title = "Wall",
            Description = "All of it",
            CustomerId = office.Own.Customer,
            StartDate = Day(1),
            EndDate = Day(2),
            Notes = "n",
            CreatedById = office.Worker.UserId,
        };

        var made = (await office.Owner.CallAsync<CreateJobResponse>(new CreateJobRequest { Job = sent })).Job;

        var expected = sent.Clone();
        (expected.Status, expected.CreatedById, expected.UpdatedById) = (JobStatus.NotStarted, RunningServer.OwnerId, RunningServer.OwnerId);
        (expected.CreatedAt, expected.UpdatedAt, expected.Etag) = (made.CreatedAt, made.UpdatedAt, made.Etag);
        Assert.Equal(expected, made);
        var got = await office.Owner.CallAsync<GetJobResponse>(new GetJobRequest { JobId = made.Id });
        Assert.Equal(made, got.Job);
        Assert.Empty(got.AssignedWorkers);
    }

    [Fact]
    public async Task A_bad_job_is_refused_by_field_and_rule()
    {
        await using var office = await Office.OpenAsync();
        await office.Owner.FailFieldsAsync(new CreateJobRequest(), "title", "customer_id");
        var job = new Job { Title = "T", CustomerId = office.Own.Customer, StartDate = Day(2), EndDate = Day(1) };
        await office.Owner.FailFieldsAsync(new CreateJobRequest { Job = job }, "end_date");
        job.StartDate = new Date { Year = 2026, Month = 2, Day = 30 };
        await office.Owner.FailFieldsAsync(new CreateJobRequest { Job = job }, "start_date");
        (job.StartDate, job.Status) = (null, (JobStatus)42);
        var status = await office.Owner.FailAsync(
            StatusCode.InvalidArgument, ErrorReason.EnumValueUnknown, new CreateJobRequest { Job = job });
        Assert.Equal(["status"], Faults.Fields(status));
        await office.Owner.FailFieldsAsync(
            new UpdateJobRequest { Job = new() { Id = office.Own.Job }, UpdateMask = new() { Paths = { "title" } } }, "title");
    }

    [Fact]
    public async Task An_update_sets_what_is_masked_and_clears_a_date()
    {
        await using var office = await Office.OpenAsync();
        await office.Server.RunAsync($"UPDATE jobs SET start_date = '2026-01-01', end_date = '2026-01-09' WHERE id = '{office.Own.Job}'");
        var request = new UpdateJobRequest
        {
            Job = new() { Id = office.Own.Job, Title = "not masked", StartDate = Day(5), CustomerId = office.Others.Customer },
            UpdateMask = new() { Paths = { "start_date", "end_date", "customer_id" } },
        };

        var job = (await office.Owner.CallAsync<UpdateJobResponse>(request)).Job;

        Assert.Equal(("Roof", Day(5), null, office.Others.Customer), (job.Title, job.StartDate, job.EndDate, job.CustomerId));
        request.Job.EndDate = Day(4);
        await office.Owner.FailFieldsAsync(request, "end_date");
    }

    [Fact]
    public async Task A_status_goes_where_it_may_and_only_an_owner_reopens()
    {
        await using var office = await Office.OpenAsync();
        await ChangeAsync(office.Worker, JobStatus.InProgress);
        var completed = await ChangeAsync(office.Worker, JobStatus.Completed);
        Assert.Equal(completed, await ChangeAsync(office.Worker, JobStatus.Completed));

        var denied = await office.Worker.FailAsync(StatusCode.PermissionDenied, ErrorReason.NotPermitted, Change(JobStatus.InProgress));
        Assert.Equal("COMPLETED", denied.GetDetail<ErrorInfo>().Metadata["from_status"]);
        var refused = await office.Owner.FailAsync(StatusCode.FailedPrecondition, ErrorReason.StatusTransitionInvalid, Change(JobStatus.OnHold));
        Assert.Equal("ON_HOLD", refused.GetDetail<ErrorInfo>().Metadata["to_status"]);
        await office.Owner.FailFieldsAsync(Change(JobStatus.Unspecified), "status");
        var unknown = await office.Owner.FailAsync(StatusCode.InvalidArgument, ErrorReason.EnumValueUnknown, Change((JobStatus)42));
        Assert.Equal(["status"], Faults.Fields(unknown));
        await ChangeAsync(office.Owner, JobStatus.InProgress);

        var history = (await office.Worker.CallAsync<ListJobStatusHistoryResponse>(
            new ListJobStatusHistoryRequest { JobId = office.Own.Job })).JobStatusHistory;
        Assert.Equal(
            [JobStatus.InProgress, JobStatus.Completed, JobStatus.InProgress, JobStatus.NotStarted],
            history.Select(change => change.ToStatus));
        Assert.Equal(RunningServer.OwnerId, history[0].ChangedById);
        Assert.Equal(office.Worker.UserId, history[1].ChangedById);

        ChangeJobStatusRequest Change(JobStatus status) => new() { JobId = office.Own.Job, Status = status };

        async Task<Job> ChangeAsync(Caller caller, JobStatus status)
        {
            var job = (await caller.CallAsync<ChangeJobStatusResponse>(Change(status))).Job;
            Assert.Equal(status, job.Status);
            return job;
        }
    }

    [Fact]
    public async Task A_history_is_paged_newest_first_while_it_grows()
    {
        await using var office = await Office.OpenAsync();
        var job = office.Own.Job;
        for (var i = 0; i < 6; i++)
            await ToggleAsync();

        var changes = await Office.PageAsync<ListJobStatusHistoryResponse, JobStatusHistory>(
            office.Worker,
            new ListJobStatusHistoryRequest { JobId = job, PageSize = 2 },
            page => page.JobStatusHistory,
            _ => ToggleAsync());

        Assert.Equal(7, changes.Select(change => change.Id).Distinct().Count());
        Assert.Equal(7, changes.Count);
        Assert.Equal(JobStatus.Unspecified, changes[^1].FromStatus);

        Task ToggleAsync() => office.Server.RunAsync(
            $"UPDATE jobs SET status = CASE status WHEN 'IN_PROGRESS' THEN 'ON_HOLD' ELSE 'IN_PROGRESS' END WHERE id = '{job}'");
    }

    [Fact]
    public async Task Assigning_gives_a_worker_the_subtree_and_unassigning_takes_it()
    {
        await using var office = await Office.OpenAsync();
        var (customer, job, material) = office.Others;

        var assignment = (await office.Owner.CallAsync<AssignJobResponse>(
            new AssignJobRequest { JobId = job, UserId = office.Worker.UserId })).JobAssignment;
        Assert.Equal((job, office.Worker.UserId, RunningServer.OwnerId), (assignment.JobId, assignment.UserId, assignment.UpdatedById));
        var got = await office.Worker.CallAsync<GetJobResponse>(new GetJobRequest { JobId = job });
        Assert.Equal(["User of w@khscrm.com"], got.AssignedWorkers.Select(worker => worker.Name));
        await office.Worker.CallAsync<GetCustomerResponse>(new GetCustomerRequest { CustomerId = customer });
        await office.Worker.CallAsync<GetMaterialResponse>(new GetMaterialRequest { MaterialId = material });

        var unassign = new UnassignJobRequest { JobId = job, UserId = office.Worker.UserId };
        await office.Owner.CallAsync<UnassignJobResponse>(unassign);
        await office.Worker.FailAsync(StatusCode.NotFound, ErrorReason.RowNotFound, new GetJobRequest { JobId = job });
        await office.Worker.FailAsync(StatusCode.NotFound, ErrorReason.RowNotFound, new GetCustomerRequest { CustomerId = customer });
        await office.Owner.FailAsync(StatusCode.NotFound, ErrorReason.RowNotFound, unassign);
    }

    [Fact]
    public async Task A_deleted_job_takes_its_subtree_and_does_not_come_back()
    {
        await using var office = await Office.OpenAsync();
        var (_, job, material) = office.Own;

        await office.Owner.CallAsync<DeleteJobResponse>(new DeleteJobRequest { JobId = job });

        await office.Owner.FailAsync(StatusCode.NotFound, ErrorReason.RowNotFound, new GetJobRequest { JobId = job });
        await office.Owner.FailAsync(StatusCode.NotFound, ErrorReason.RowNotFound, new GetMaterialRequest { MaterialId = material });
        await office.Owner.FailAsync(StatusCode.NotFound, ErrorReason.RowDeleted, new DeleteJobRequest { JobId = job });
        await office.Owner.FailAsync(StatusCode.NotFound, ErrorReason.RowDeleted, new CreateJobRequest
        {
            Job = new() { Id = job, Title = "Again", CustomerId = office.Own.Customer },
        });
        // To the worker it was, a deleted job is one that does not exist.
        await office.Worker.FailAsync(StatusCode.NotFound, ErrorReason.RowNotFound, new ChangeJobStatusRequest { JobId = job, Status = JobStatus.OnHold });
    }

    private static Date Day(int day) => new() { Year = 2026, Month = 1, Day = day };
}
