using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Queries;

/// <summary>Reads jobs.</summary>
public sealed class JobList(NpgsqlDataSource dataSource)
{
    /// <summary>Where a page ended: the key of its last job.</summary>
    public sealed record Position(DateTime UpdatedAt, Guid Id)
    {
        /// <summary>The position of a job.</summary>
        public static Position Of(Job last) => new(last.UpdatedAt.ToDateTime(), Guid.Parse(last.Id));
    }

    /// <summary>Finds a job and who is assigned to it.</summary>
    /// <param name="reader">Who reads: a worker sees the jobs they are assigned to.</param>
    /// <param name="role">The reader's role.</param>
    /// <param name="id">The job.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <returns>The job and its workers by name; null when there is none that the reader may see.</returns>
    public async Task<(Job Job, IReadOnlyList<AssignedWorker> Workers)?> FindAsync(
        Guid reader, Role role, Guid id, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        WriteOne(command, ReadScope.WorkerOf(reader, role), id);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken)
            ? (EntityTables.Jobs.ReadRow(rows, firstOrdinal: 2), [.. WorkerNames.Read(rows, firstOrdinal: 0)])
            : null;
    }

    /// <summary>Reads a page, the jobs changed last first.</summary>
    /// <param name="reader">Who reads: a worker sees the jobs they are assigned to.</param>
    /// <param name="role">The reader's role.</param>
    /// <param name="filter">Which jobs.</param>
    /// <param name="after">The end of the page before; null for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<Job>> ReadAsync(
        Guid reader, Role role, JobFilter filter, Position? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        Write(command, ReadScope.WorkerOf(reader, role), filter, after, limit);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<Job> jobs = [];
        while (await rows.ReadAsync(cancellationToken))
            jobs.Add(EntityTables.Jobs.ReadRow(rows));
        return jobs;
    }

    internal static void WriteOne(NpgsqlCommand command, Guid? worker, Guid id) => command.CommandText = $"""
        SELECT {WorkerNames.Columns}, {EntityTables.Jobs.SelectList} FROM jobs t {WorkerNames.Join}
        WHERE t.id = {command.Add(id)} AND {ReadScope.Condition(EntityType.Job, command, worker)}
        """;

    internal static void Write(NpgsqlCommand command, Guid? worker, JobFilter filter, Position? after, int limit)
    {
        List<string> conditions = [ReadScope.Condition(EntityType.Job, command, worker)];
        if (filter.Customer is { } customer)
            conditions.Add($"t.customer_id = {command.Add(customer)}");
        if (filter.Statuses.Count > 0)
            conditions.Add($"t.status = ANY({command.AddStatuses(filter.Statuses)})");
        if (filter.AssignedUser is { } assigned)
            conditions.Add($"t.id IN (SELECT a.job_id FROM job_assignments a WHERE a.user_id = {command.Add(assigned)})");
        if (filter.CreatedBy is { } maker)
            conditions.Add($"t.created_by_id = {command.Add(maker)}");
        if (filter.From is { } from)
            conditions.Add($"(t.end_date IS NULL OR t.end_date >= {command.AddDay(from)})");
        if (filter.To is { } to)
            conditions.Add($"t.start_date <= {command.AddDay(to)}");
        if (after is { } end)
            conditions.Add($"(t.updated_at, t.id) < ({command.Add(end.UpdatedAt)}, {command.Add(end.Id)})");
        command.CommandText = $"""
            SELECT {EntityTables.Jobs.SelectList} FROM jobs t WHERE {string.Join(" AND ", conditions)}
            ORDER BY t.updated_at DESC, t.id DESC LIMIT {command.Add(limit)}
            """;
    }
}
