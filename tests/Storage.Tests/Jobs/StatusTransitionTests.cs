using KhsCrm.Contracts.Rules;
using KhsCrm.Storage.Tables;
using KhsCrm.Storage.Tests.Database;
using KhsCrm.V1;
using Npgsql;
using Xunit;

namespace KhsCrm.Storage.Tests.Jobs;

public sealed class StatusTransitionTests : DatabaseTest
{
    private static readonly JobStatus[] Statuses =
        [.. Enum.GetValues<JobStatus>().Where(status => status != JobStatus.Unspecified)];

    // DESIGN §8, written down once more: the two implementations are held against this, not against each other.
    private static readonly HashSet<(JobStatus, JobStatus)> Allowed =
    [
        (JobStatus.NotStarted, JobStatus.InProgress),
        (JobStatus.NotStarted, JobStatus.WaitingOnMaterials),
        (JobStatus.NotStarted, JobStatus.OnHold),
        (JobStatus.InProgress, JobStatus.WaitingOnMaterials),
        (JobStatus.InProgress, JobStatus.OnHold),
        (JobStatus.InProgress, JobStatus.Completed),
        (JobStatus.WaitingOnMaterials, JobStatus.InProgress),
        (JobStatus.WaitingOnMaterials, JobStatus.OnHold),
        (JobStatus.OnHold, JobStatus.NotStarted),
        (JobStatus.OnHold, JobStatus.InProgress),
        (JobStatus.OnHold, JobStatus.WaitingOnMaterials),
        (JobStatus.Completed, JobStatus.InProgress),
    ];

    [Fact]
    public async Task The_database_allows_what_the_design_allows_and_nothing_else()
    {
        var customer = await Sql.InsertCustomerAsync();
        foreach (var from in Statuses)
        {
            foreach (var to in Statuses)
            {
                var job = await Sql.InsertJobAsync(customer, EnumText.Of(from));
                const string update = "UPDATE jobs SET status = $1 WHERE id = $2";
                if (from == to || Allowed.Contains((from, to)))
                    Assert.Equal(1, await Sql.ExecuteAsync(update, EnumText.Of(to), job));
                else
                    await Sql.RefusesAsync(PostgresErrorCodes.CheckViolation, "check_job_status_transition",
                        update, EnumText.Of(to), job);
            }
        }
    }

    [Fact]
    public void Devices_allow_the_same()
    {
        foreach (var from in Statuses)
        {
            foreach (var to in Statuses)
                Assert.Equal(from == to || Allowed.Contains((from, to)), JobStatusTransitions.IsAllowed(from, to));
        }
    }

    [Fact]
    public async Task One_forbidden_change_undoes_the_whole_statement()
    {
        var customer = await Sql.InsertCustomerAsync();
        await Sql.InsertJobAsync(customer, "IN_PROGRESS");
        await Sql.InsertJobAsync(customer, "NOT_STARTED");

        await Sql.RefusesAsync(PostgresErrorCodes.CheckViolation, "check_job_status_transition",
            "UPDATE jobs SET status = 'COMPLETED'");

        Assert.Equal(0, await Sql.CountAsync("jobs", "status = 'COMPLETED'"));
    }
}
