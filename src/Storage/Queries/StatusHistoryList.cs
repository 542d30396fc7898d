using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Queries;

/// <summary>The status changes of a job, newest first.</summary>
public sealed class StatusHistoryList(NpgsqlDataSource dataSource)
{
    /// <summary>Where a page ended: the key of its last change.</summary>
    public sealed record Position(DateTime ChangedAt, Guid Id)
    {
        /// <summary>The position of a change.</summary>
        public static Position Of(JobStatusHistory last) => new(last.ChangedAt.ToDateTime(), Guid.Parse(last.Id));
    }

    /// <summary>Reads a page. Whether the reader may see the job is for the caller to know.</summary>
    /// <param name="job">The job.</param>
    /// <param name="after">The end of the page before; null for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<JobStatusHistory>> ReadAsync(
        Guid job, Position? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        Write(command, job, after, limit);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<JobStatusHistory> changes = [];
        while (await rows.ReadAsync(cancellationToken))
            changes.Add(EntityTables.JobStatusHistory.ReadRow(rows));
        return changes;
    }

    internal static void Write(NpgsqlCommand command, Guid job, Position? after, int limit)
    {
        var jobId = command.Add(job);
        var page = after is { } end
            ? $"AND (t.changed_at, t.id) < ({command.Add(end.ChangedAt)}, {command.Add(end.Id)})"
            : "";
        command.CommandText = $"""
            SELECT {EntityTables.JobStatusHistory.SelectList} FROM job_status_history t WHERE t.job_id = {jobId} {page}
            ORDER BY t.changed_at DESC, t.id DESC LIMIT {command.Add(limit)}
            """;
    }
}
