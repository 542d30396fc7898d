using Npgsql;

namespace KhsCrm.Development.SampleData;

/// <summary>One table's share of the sample data, loaded batch by batch.</summary>
internal abstract class SampleStage(SampleKind kind, string table, string entityType, int wanted)
{
    public int Wanted => wanted;

    /// <summary>Copies the rows of a range of numbers, and does what belongs to them, inside the caller's transaction.</summary>
    public abstract Task LoadAsync(NpgsqlConnection connection, Range rows, CancellationToken cancellationToken);

    /// <summary>
    /// How many rows earlier runs loaded. Batches are atomic and go in the order of ids, so the highest id tells; a row
    /// that somebody deleted since is known by its tombstone and does not come back.
    /// </summary>
    public async Task<int> CountLoadedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT id FROM (
                (SELECT id FROM {table} WHERE id BETWEEN $1 AND $2 ORDER BY id DESC LIMIT 1)
                UNION ALL
                (SELECT entity_id FROM tombstones
                 WHERE entity_type = $3 AND entity_id BETWEEN $1 AND $2 ORDER BY entity_id DESC LIMIT 1)
            ) AS loaded ORDER BY id DESC LIMIT 1
            """,
            connection);
        command.Parameters.AddWithValue(SampleId.Of(kind, 0));
        command.Parameters.AddWithValue(SampleId.Of(kind, int.MaxValue));
        command.Parameters.AddWithValue(entityType);
        return await command.ExecuteScalarAsync(cancellationToken) is Guid last ? SampleId.IndexOf(kind, last) + 1 : 0;
    }
}
