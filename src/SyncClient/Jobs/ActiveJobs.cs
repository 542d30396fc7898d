using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>The owner's dashboard, as <see cref="JobService"/>'s ListActiveJobs gives it.</summary>
internal static class ActiveJobs
{
    public static StoreQuery<RowPage<ActiveJob>> Query(ActiveJobQuery query)
    {
        var jobs = query.ToRowQuery().DependsOn(EntityType.JobAssignment);
        return new(
            connection =>
            {
                var page = jobs.Run(connection);
                return new([.. page.Items.Select(job => Read(connection, job))], page.NextPageToken);
            },
            (connection, page, changes) =>
                jobs.IsConcerned(connection, new([.. page.Items.Select(item => item.Job)], page.NextPageToken), changes)
                || changes.Rows.Any(change => IsShown(page, change)),
            (left, right) => left.NextPageToken == right.NextPageToken && left.Items.SequenceEqual(right.Items),
            new([], null));
    }

    private static bool IsShown(RowPage<ActiveJob> page, RowChange change) => change.EntityType switch
    {
        EntityType.Customer => page.Items.Any(item => item.Job.CustomerId == change.Id),
        EntityType.User => page.Items.Any(item => item.AssignedWorkers.Any(worker => worker.UserId == change.Id)),
        _ => false,
    };

    private static ActiveJob Read(StoreConnection connection, Job job)
    {
        var active = new ActiveJob { Job = job, CustomerName = JobCustomer.Find(connection, job)?.Name ?? "" };
        var worker = connection.Prepare("""
            SELECT u.id, u.name FROM job_assignment a JOIN user u ON u.id = a.user_id
            WHERE a.job_id = ?1 AND a.hidden = 0 AND u.hidden = 0 ORDER BY u.name, u.id
            """).Bind(1, RowId.Parse(job.Id));
        while (worker.Step())
            active.AssignedWorkers.Add(new AssignedWorker { UserId = worker.Id(0).ToString(), Name = worker.Text(1)! });
        return active;
    }
}
