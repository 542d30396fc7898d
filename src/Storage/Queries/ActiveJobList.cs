using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Queries;

/// <summary>The owner's dashboard: the jobs that are not completed, with their customer's name and their workers.</summary>
public sealed class ActiveJobList(NpgsqlDataSource dataSource)
{
    /// <summary>Where a page ended: the key of its last job.</summary>
    public sealed record Position(DateTime UpdatedAt, Guid Id)
    {
        /// <summary>The position of a job.</summary>
        public static Position Of(ActiveJob last) => new(last.Job.UpdatedAt.ToDateTime(), Guid.Parse(last.Job.Id));
    }

    /// <summary>Reads a page, the jobs changed last first.</summary>
    /// <param name="statuses">Only jobs with one of these; none for all that are not completed.</param>
    /// <param name="assignedUser">Only jobs that this user is assigned to; null for all.</param>
    /// <param name="after">The end of the page before; null for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<ActiveJob>> ReadAsync(
        IReadOnlyCollection<JobStatus> statuses, Guid? assignedUser, Position? after, int limit,
        CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        Write(command, statuses, assignedUser, after, limit);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<ActiveJob> jobs = [];
        while (await rows.ReadAsync(cancellationToken))
        {
            var job = new ActiveJob
            {
                CustomerName = rows.GetString(0),
                Job = EntityTables.Jobs.ReadRow(rows, firstOrdinal: 3),
            };
            job.AssignedWorkers.Add(WorkerNames.Read(rows, firstOrdinal: 1));
            jobs.Add(job);
        }

        return jobs;
    }

    internal static void Write(
        NpgsqlCommand command, IReadOnlyCollection<JobStatus> statuses, Guid? assignedUser, Position? after, int limit)
    {
        var wanted = statuses.Count > 0 ? $"AND j.status = ANY({command.AddStatuses(statuses)})" : "";
        var assigned = assignedUser is { } user
            ? $"AND j.id IN (SELECT a.job_id FROM job_assignments a WHERE a.user_id = {command.Add(user)})"
            : "";
        var page = after is { } end
            ? $"AND (j.updated_at, j.id) < ({command.Add(end.UpdatedAt)}, {command.Add(end.Id)})"
            : "";
        // The page first, so that nothing is joined to jobs that are on another.
        command.CommandText = $"""
            SELECT c.name, {WorkerNames.Columns}, {EntityTables.Jobs.SelectList}
            FROM (
                SELECT * FROM jobs j WHERE j.status <> 'COMPLETED' {wanted} {assigned} {page}
                ORDER BY j.updated_at DESC, j.id DESC LIMIT {command.Add(limit)}) t
            JOIN customers c ON c.id = t.customer_id
            {WorkerNames.Join}
            ORDER BY t.updated_at DESC, t.id DESC
            """;
    }
}
