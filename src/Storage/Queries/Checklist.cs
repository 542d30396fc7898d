using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Queries;

/// <summary>The materials checklist of a job: what is still to buy, then what is bought, each in the order made.</summary>
public sealed class Checklist(NpgsqlDataSource dataSource)
{
    /// <summary>Where a page ended: the key of its last material.</summary>
    public sealed record Position(bool Purchased, DateTime CreatedAt, Guid Id)
    {
        /// <summary>The position of a material.</summary>
        public static Position Of(Material last) =>
            new(last.Purchased, last.CreatedAt.ToDateTime(), Guid.Parse(last.Id));
    }

    /// <summary>Reads a page.</summary>
    /// <param name="job">The job.</param>
    /// <param name="unpurchasedOnly">Whether to list only what is still to buy.</param>
    /// <param name="includeDeleted">Whether deleted materials are listed as well.</param>
    /// <param name="after">The end of the page before; null for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<Material>> ReadAsync(
        Guid job, bool unpurchasedOnly, bool includeDeleted, Position? after, int limit,
        CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        Write(command, job, unpurchasedOnly, includeDeleted, after, limit);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<Material> materials = [];
        while (await rows.ReadAsync(cancellationToken))
            materials.Add(EntityTables.Materials.ReadRow(rows));
        return materials;
    }

    internal static void Write(
        NpgsqlCommand command, Guid job, bool unpurchasedOnly, bool includeDeleted, Position? after, int limit)
    {
        var jobId = command.Add(job);
        var unpurchased = unpurchasedOnly ? "AND t.purchased = false" : "";
        var deleted = includeDeleted ? "" : "AND t.is_deleted = false";
        var page = after is { } end
            ? $"""
                AND (t.purchased, t.created_at, t.id)
                    > ({command.Add(end.Purchased)}, {command.Add(end.CreatedAt)}, {command.Add(end.Id)})
                """
            : "";
        command.CommandText = $"""
            SELECT {EntityTables.Materials.SelectList} FROM materials t
            WHERE t.job_id = {jobId} {unpurchased} {deleted} {page}
            ORDER BY t.purchased, t.created_at, t.id LIMIT {command.Add(limit)}
            """;
    }
}
