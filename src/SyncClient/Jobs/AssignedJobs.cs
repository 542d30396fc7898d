using KhsCrm.SyncClient.Sessions;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>A worker's view, as <see cref="JobService"/>'s ListAssignedJobs gives it.</summary>
internal static class AssignedJobs
{
    public static StoreQuery<RowPage<AssignedJob>> Query(AssignedJobQuery query) => new(
        connection =>
        {
            var page = Jobs(query, connection).Run(connection);
            return new([.. page.Items.Select(job => Read(connection, job))], page.NextPageToken);
        },
        (connection, page, changes) =>
            Jobs(query, connection)
                .IsConcerned(connection, new([.. page.Items.Select(item => item.Job)], page.NextPageToken), changes)
            || changes.Rows.Any(change => change.EntityType == EntityType.Customer
                && page.Items.Any(item => item.Job.CustomerId == change.Id)),
        (left, right) => left.NextPageToken == right.NextPageToken && left.Items.SequenceEqual(right.Items),
        new([], null));

    private static RowQuery<Job> Jobs(AssignedJobQuery query, StoreConnection connection) =>
        query.ToRowQuery(SessionState.RequireUser(connection).Id);

    private static AssignedJob Read(StoreConnection connection, Job job)
    {
        var customer = JobCustomer.Find(connection, job);
        var assigned = new AssignedJob
        {
            Job = job,
            CustomerName = customer?.Name ?? "",
            CustomerAddress = customer?.Address ?? "",
        };
        if (customer is { HasPhone: true })
            assigned.CustomerPhone = customer.Phone;
        return assigned;
    }
}
