using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Queries;

/// <summary>The audit trail, newest first.</summary>
public sealed class ActivityList(NpgsqlDataSource dataSource)
{
    /// <summary>Where a page ended: the key of its last entry.</summary>
    public sealed record Position(DateTime CreatedAt, Guid Id)
    {
        /// <summary>The position of an entry.</summary>
        public static Position Of(ActivityLog last) => new(last.CreatedAt.ToDateTime(), Guid.Parse(last.Id));
    }

    /// <summary>Reads a page.</summary>
    /// <param name="filter">Which entries.</param>
    /// <param name="after">The end of the page before; null for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<ActivityLog>> ReadAsync(
        ActivityFilter filter, Position? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        Write(command, filter, after, limit);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<ActivityLog> entries = [];
        while (await rows.ReadAsync(cancellationToken))
            entries.Add(EntityTables.ActivityLogs.ReadRow(rows));
        return entries;
    }

    internal static void Write(NpgsqlCommand command, ActivityFilter filter, Position? after, int limit)
    {
        List<string> conditions = ["true"];
        if (filter.EntityType is { } type)
            conditions.Add($"t.entity_type = {command.Add(type)}");
        if (filter.Entity is { } entity)
            conditions.Add($"t.entity_id = {command.Add(entity)}");
        if (filter.User is { } user)
            conditions.Add($"t.user_id = {command.Add(user)}");
        if (filter.Job is { } job)
            conditions.Add($"t.job_id = {command.Add(job)}");
        if (filter.Start is { } start)
            conditions.Add($"t.created_at >= {command.Add(start)}");
        if (filter.End is { } before)
            conditions.Add($"t.created_at < {command.Add(before)}");
        if (after is { } end)
        {
            // The first condition lets PostgreSQL leave out the months after it; a row's comparison would not.
            var time = command.Add(end.CreatedAt);
            conditions.Add($"t.created_at <= {time} AND (t.created_at, t.id) < ({time}, {command.Add(end.Id)})");
        }

        command.CommandText = $"""
            SELECT {EntityTables.ActivityLogs.SelectList} FROM activity_logs t WHERE {string.Join(" AND ", conditions)}
            ORDER BY t.created_at DESC, t.id DESC LIMIT {command.Add(limit)}
            """;
    }
}
