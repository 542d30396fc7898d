using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Queries;

/// <summary>The worker's view: the jobs to do, each with where the customer is.</summary>
public sealed class AssignedJobList(NpgsqlDataSource dataSource)
{
    /// <summary>Where a page ended: the key of its last job.</summary>
    public sealed record Position(DateOnly? StartDate, DateTime CreatedAt, Guid Id)
    {
        /// <summary>The position of a job.</summary>
        public static Position Of(AssignedJob last) => new(
            last.Job.StartDate is { } day ? new DateOnly(day.Year, day.Month, day.Day) : null,
            last.Job.CreatedAt.ToDateTime(),
            Guid.Parse(last.Job.Id));
    }

    /// <summary>Reads a page, by start_date (those without one last), then created_at.</summary>
    /// <param name="user">Whose view.</param>
    /// <param name="statuses">Only jobs with one of these; none for NOT_STARTED and IN_PROGRESS.</param>
    /// <param name="after">The end of the page before; null for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<AssignedJob>> ReadAsync(
        Guid user, IReadOnlyCollection<JobStatus> statuses, Position? after, int limit,
        CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        Write(command, user, statuses, after, limit);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<AssignedJob> jobs = [];
        while (await rows.ReadAsync(cancellationToken))
        {
            var job = new AssignedJob
            {
                CustomerName = rows.GetString(0),
                CustomerAddress = rows.GetString(1),
                Job = EntityTables.Jobs.ReadRow(rows, firstOrdinal: 3),
            };
            if (!rows.IsDBNull(2))
                job.CustomerPhone = rows.GetString(2);
            jobs.Add(job);
        }

        return jobs;
    }

    internal static void Write(
        NpgsqlCommand command, Guid user, IReadOnlyCollection<JobStatus> statuses, Position? after, int limit)
    {
        const string start = "coalesce(t.start_date, 'infinity'::date)";
        var assignee = command.Add(user);
        var wanted = command.AddStatuses(statuses.Count > 0 ? statuses : [JobStatus.NotStarted, JobStatus.InProgress]);
        var page = after is { } end
            ? $"""
                AND ({start}, t.created_at, t.id)
                    > (coalesce({command.AddDay(end.StartDate)}, 'infinity'::date), {command.Add(end.CreatedAt)}, {command.Add(end.Id)})
                """
            : "";
        command.CommandText = $"""
            SELECT c.name, c.address, c.phone, {EntityTables.Jobs.SelectList}
            FROM job_assignments a
            JOIN jobs t ON t.id = a.job_id
            JOIN customers c ON c.id = t.customer_id
            WHERE a.user_id = {assignee} AND t.status = ANY({wanted}) {page}
            ORDER BY {start}, t.created_at, t.id LIMIT {command.Add(limit)}
            """;
    }
}
