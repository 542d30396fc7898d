using Grpc.Core;
using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;
using Xunit;
using Date = Google.Type.Date;

namespace KhsCrm.SyncServer.Tests.Jobs;

/// <summary>The lists of jobs: all by filters, the owner's dashboard, the worker's view.</summary>
public sealed class JobListTests
{
    [Fact]
    public async Task Filters_narrow_together()
    {
        await using var office = await Office.OpenAsync();
        await AddJobsAsync(office);

        Assert.Equal(["A", "B", "C", "D", "Roof", "Roof"], await ListAsync(office.Owner, new()));
        Assert.Equal(["A", "B", "C", "D", "Roof"], await ListAsync(office.Owner, new() { CustomerId = office.Own.Customer }));
        Assert.Equal(["B", "D"], await ListAsync(office.Owner, new() { CustomerId = office.Own.Customer, Statuses = { JobStatus.InProgress, JobStatus.Completed } }));
        Assert.Equal(["A", "B", "Roof"], await ListAsync(office.Owner, new() { AssignedUserId = office.Worker.UserId }));
        Assert.Equal(["B"], await ListAsync(office.Owner, new() { AssignedUserId = office.Worker.UserId, Statuses = { JobStatus.InProgress } }));
        Assert.Equal(["C"], await ListAsync(office.Owner, new() { CreatedById = office.Worker.UserId }));
        // A: Jan 1 to 5; B: from Jan 3; C: to Jan 2 with no start; D: Jan 10 to 20.
        Assert.Equal(["B", "D", "Roof"], await ListAsync(office.Owner, new() { CustomerId = office.Own.Customer, FromDate = Day(6) }));
        Assert.Equal(["A", "B"], await ListAsync(office.Owner, new() { ToDate = Day(3) }));
        Assert.Equal(["A"], await ListAsync(office.Owner, new() { FromDate = Day(1), ToDate = Day(2) }));
        Assert.Empty(await ListAsync(office.Owner, new() { CustomerId = Office.NewId() }));

        await office.Owner.FailFieldsAsync(new ListJobsRequest { FromDate = Day(2), ToDate = Day(1) }, "to_date");
        await office.Owner.FailFieldsAsync(new ListJobsRequest { FromDate = new Date { Year = 2026 } }, "from_date");
        await office.Owner.FailFieldsAsync(new ListJobsRequest { Statuses = { JobStatus.Unspecified } }, "statuses");
        await office.Owner.FailAsync(StatusCode.InvalidArgument, ErrorReason.EnumValueUnknown, new ListJobsRequest { Statuses = { (JobStatus)42 } });
    }

    [Fact]
    public async Task A_worker_lists_their_own_jobs_whatever_the_filter_asks()
    {
        await using var office = await Office.OpenAsync();
        await AddJobsAsync(office);

        Assert.Equal(["A", "B", "Roof"], await ListAsync(office.Worker, new()));
        Assert.Empty(await ListAsync(office.Worker, new() { CustomerId = office.Others.Customer }));
        Assert.Empty(await ListAsync(office.Worker, new() { CreatedById = office.Worker.UserId }));
        Assert.Empty(await ListAsync(office.Worker, new() { AssignedUserId = RunningServer.OwnerId }));
    }

    [Fact]
    public async Task Jobs_are_paged_while_they_change()
    {
        await using var office = await Office.OpenAsync();
        await AddJobsAsync(office);

        var titles = await Office.PageAsync<ListJobsResponse, string>(
            office.Owner,
            new ListJobsRequest { CustomerId = office.Own.Customer, PageSize = 1 },
            page => page.Jobs.Select(job => job.Title),
            _ => office.Server.RunAsync("UPDATE jobs SET notes = coalesce(notes, '') || '!' WHERE title = 'D'"));

        Assert.Equal(["A", "B", "C", "D", "Roof"], titles.Order());
    }

    [Fact]
    public async Task The_dashboard_shows_what_is_not_completed_with_names()
    {
        await using var office = await Office.OpenAsync();
        await AddJobsAsync(office);
        await office.Server.RunAsync($"INSERT INTO job_assignments (job_id, user_id) SELECT id, '{RunningServer.OwnerId}' FROM jobs WHERE title = 'A'");

        var all = (await office.Owner.CallAsync<ListActiveJobsResponse>(new ListActiveJobsRequest())).ActiveJobs;
        Assert.Equal(["A", "B", "C", "Roof", "Roof"], all.Select(job => job.Job.Title).Order());
        var a = all.Single(job => job.Job.Title == "A");
        Assert.Equal(("Ann Lee", "John Smith, User of w@khscrm.com"), (a.CustomerName, string.Join(", ", a.AssignedWorkers.Select(worker => worker.Name))));
        Assert.NotEmpty(a.Job.Etag);
        Assert.Equal(["B"], await ActiveAsync(new() { Statuses = { JobStatus.InProgress } }));
        Assert.Equal(["A", "B", "Roof"], await ActiveAsync(new() { AssignedUserId = office.Worker.UserId }));
        Assert.Equal(["A", "B", "C", "Roof", "Roof"], (await Office.PageAsync<ListActiveJobsResponse, string>(
            office.Owner,
            new ListActiveJobsRequest { PageSize = 2 },
            page => page.ActiveJobs.Select(job => job.Job.Title),
            _ => office.Server.RunAsync("UPDATE jobs SET notes = coalesce(notes, '') || '!' WHERE title = 'D'"))).Order());
        await office.Owner.FailFieldsAsync(new ListActiveJobsRequest { Statuses = { JobStatus.Completed } }, "statuses");

        async Task<IEnumerable<string>> ActiveAsync(ListActiveJobsRequest request) =>
            (await office.Owner.CallAsync<ListActiveJobsResponse>(request)).ActiveJobs.Select(job => job.Job.Title).Order();
    }

    [Fact]
    public async Task The_workers_view_shows_what_is_to_do_and_where()
    {
        await using var office = await Office.OpenAsync();
        await AddJobsAsync(office);

        var own = (await office.Worker.CallAsync<ListAssignedJobsResponse>(new ListAssignedJobsRequest())).AssignedJobs;
        Assert.Equal(["A", "B", "Roof"], own.Select(job => job.Job.Title));
        Assert.Equal(("Ann Lee", "1 Oak Street", "555-0100"), (own[0].CustomerName, own[0].CustomerAddress, own[0].CustomerPhone));
        Assert.NotEmpty(own[0].Job.Etag);
        var byOwner = await office.Owner.CallAsync<ListAssignedJobsResponse>(new ListAssignedJobsRequest { UserId = office.Worker.UserId });
        Assert.Equal(own, byOwner.AssignedJobs);
        Assert.Equal(own, (await office.Worker.CallAsync<ListAssignedJobsResponse>(new ListAssignedJobsRequest { UserId = office.Worker.UserId })).AssignedJobs);
        Assert.Empty((await office.Owner.CallAsync<ListAssignedJobsResponse>(new ListAssignedJobsRequest())).AssignedJobs);
        Assert.Equal(["B"], (await office.Worker.CallAsync<ListAssignedJobsResponse>(new ListAssignedJobsRequest { Statuses = { JobStatus.InProgress } })).AssignedJobs.Select(job => job.Job.Title));

        var paged = await Office.PageAsync<ListAssignedJobsResponse, string>(
            office.Worker,
            new ListAssignedJobsRequest { PageSize = 1 },
            page => page.AssignedJobs.Select(job => job.Job.Title),
            // What is behind the page already goes away; the rest must not shift.
            page => office.Server.RunAsync(page == 0 ? "DELETE FROM job_assignments WHERE job_id IN (SELECT id FROM jobs WHERE title = 'A')" : "SELECT 1"));
        Assert.Equal(["A", "B", "Roof"], paged);
    }

    [Fact]
    public async Task The_first_and_the_last_day_of_the_contract_are_days_like_others()
    {
        await using var office = await Office.OpenAsync();
        var (first, last) = (new Date { Year = 1, Month = 1, Day = 1 }, new Date { Year = 9999, Month = 12, Day = 31 });
        await AddAsync("long", first, last);
        await AddAsync("late", last, last);
        await AddAsync("later", last, null);

        // Roof, which the office has, has no days.
        Assert.Equal(["Roof", "late", "later", "long"], await ListAsync(office.Worker, new() { FromDate = last }));
        Assert.Equal(["long"], await ListAsync(office.Worker, new() { ToDate = first }));
        Assert.Equal(["long", "late", "later", "Roof"], await Office.PageAsync<ListAssignedJobsResponse, string>(
            office.Worker, new ListAssignedJobsRequest { PageSize = 1 }, page => page.AssignedJobs.Select(job => job.Job.Title)));

        async Task AddAsync(string title, Date start, Date? end)
        {
            var request = new CreateJobRequest { Job = new() { Title = title, CustomerId = office.Own.Customer, StartDate = start, EndDate = end } };
            var made = (await office.Owner.CallAsync<CreateJobResponse>(request)).Job;
            Assert.Equal((start, end), (made.StartDate, made.EndDate));
            await office.Owner.CallAsync<AssignJobResponse>(new AssignJobRequest { JobId = made.Id, UserId = office.Worker.UserId });
        }
    }

    private static Task AddJobsAsync(Office office) => office.Server.RunAsync(
        $"""
        INSERT INTO jobs (title, customer_id, status, start_date, end_date, created_by_id) VALUES
            ('A', '{office.Own.Customer}', 'NOT_STARTED', '2026-01-01', '2026-01-05', '{RunningServer.OwnerId}'),
            ('B', '{office.Own.Customer}', 'IN_PROGRESS', '2026-01-03', NULL, '{RunningServer.OwnerId}'),
            ('C', '{office.Own.Customer}', 'ON_HOLD', NULL, '2026-01-02', '{office.Worker.UserId}'),
            ('D', '{office.Own.Customer}', 'COMPLETED', '2026-01-10', '2026-01-20', '{RunningServer.OwnerId}');
        INSERT INTO job_assignments (job_id, user_id) SELECT id, '{office.Worker.UserId}' FROM jobs WHERE title IN ('A', 'B')
        """);

    private static async Task<IEnumerable<string>> ListAsync(Caller caller, ListJobsRequest request) =>
        (await caller.CallAsync<ListJobsResponse>(request)).Jobs.Select(job => job.Title).Order();

    private static Date Day(int day) => new() { Year = 2026, Month = 1, Day = day };
}
