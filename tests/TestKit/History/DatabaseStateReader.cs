using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.TestKit.History;

/// <summary>Asks the database itself, by SQL that shares no line with the service, how a history ended.</summary>
public static class DatabaseStateReader
{
    private const string Rows = """
        SELECT 1, id, extract(epoch FROM updated_at) * 1000000, NULL::uuid, NULL FROM users
        UNION ALL SELECT 2, id, extract(epoch FROM updated_at) * 1000000, NULL, notes FROM customers
        UNION ALL SELECT 3, id, extract(epoch FROM updated_at) * 1000000, id, notes FROM jobs
        UNION ALL SELECT 4, id, extract(epoch FROM assigned_at) * 1000000, job_id, NULL FROM job_assignments
        UNION ALL SELECT 5, id, extract(epoch FROM updated_at) * 1000000, job_id, notes FROM materials
        UNION ALL SELECT 6, id, extract(epoch FROM changed_at) * 1000000, job_id, NULL FROM job_status_history
        """;

    private const string Scopes = """
        WITH mine AS (
            SELECT u.id AS user_id, j.id, j.customer_id FROM users u JOIN jobs j ON u.role = 'OWNER'
                OR EXISTS (SELECT FROM job_assignments a WHERE a.job_id = j.id AND a.user_id = u.id)
            WHERE u.is_active AND u.id = ANY($1)),
        asked AS (SELECT id, role FROM users WHERE is_active AND id = ANY($1))
        SELECT a.id, 1, u.id FROM asked a, users u
        UNION SELECT a.id, 2, c.id FROM asked a JOIN customers c ON a.role = 'OWNER'
            OR EXISTS (SELECT FROM mine WHERE mine.user_id = a.id AND mine.customer_id = c.id)
        UNION SELECT user_id, 3, id FROM mine
        UNION SELECT mine.user_id, 4, r.id FROM mine JOIN job_assignments r ON r.job_id = mine.id
        UNION SELECT mine.user_id, 5, r.id FROM mine JOIN materials r ON r.job_id = mine.id
        UNION SELECT mine.user_id, 6, r.id FROM mine JOIN job_status_history r ON r.job_id = mine.id
        """;

    private const string Types = "array_position(ARRAY['user', 'customer', 'job', 'job_assignment', 'material'], entity_type::text)";

    /// <summary>Reads the state.</summary>
    /// <param name="dataSource">The database; a superuser or the owner of the tables.</param>
    /// <param name="users">The users whose devices are compared, as ids.</param>
    /// <param name="cancellationToken">Stops the queries.</param>
    public static async Task<DatabaseState> ReadAsync(
        NpgsqlDataSource dataSource, IEnumerable<string> users, CancellationToken cancellationToken)
    {
        Dictionary<RowKey, RowFacts> rows = [];
        await EachAsync(dataSource, Rows, null, row => rows.Add(
            Key(row, 0),
            new RowFacts(
                Key(row, 0), (long)row.GetDecimal(2), row.IsDBNull(3) ? null : $"{row.GetGuid(3)}", Notes: row.IsDBNull(4) ? null : row.GetString(4))), cancellationToken);
        HashSet<RowKey> deleted = [];
        await EachAsync(dataSource, $"SELECT {Types}, entity_id FROM tombstones WHERE {Types} IS NOT NULL", null, row => deleted.Add(Key(row, 0)), cancellationToken);
        Dictionary<string, HashSet<RowKey>> scopes = [];
        Guid[] asked = [.. users.Distinct().Select(Guid.Parse)];
        await EachAsync(dataSource, Scopes, asked, row => SetOf(scopes, $"{row.GetGuid(0)}").Add(Key(row, 1)), cancellationToken);
        Dictionary<RowKey, long> creates = [];
        await EachAsync(
            dataSource,
            $"SELECT {Types}, entity_id, count(*) FROM activity_logs WHERE action = 'create' AND {Types} IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1",
            null,
            row => creates.Add(Key(row, 0), row.GetInt64(2)),
            cancellationToken);
        HashSet<(RowKey, string)> notes = [];
        // Only notes that are as long as an id are a client's mark: others may well be written again.
        await EachAsync(
            dataSource,
            $"""
            SELECT {Types}, entity_id, details->'notes'->>'new' FROM activity_logs
            WHERE action = 'update' AND details->'notes'->>'new' ~ '^[0-9a-f]{"{8}"}-[0-9a-f-]{"{27}"}$'
            GROUP BY 1, 2, 3 HAVING count(*) > 1
            """,
            null,
            row => notes.Add((Key(row, 0), row.GetString(2))),
            cancellationToken);
        HashSet<string> operations = [];
        await EachAsync(
            dataSource, "SELECT id FROM sync_queue GROUP BY id HAVING count(*) > 1", null, row => operations.Add($"{row.GetGuid(0)}"), cancellationToken);
        return new DatabaseState(rows, deleted, scopes, creates, notes, operations);
    }

    private static RowKey Key(NpgsqlDataReader row, int at) => new((EntityType)row.GetInt32(at), $"{row.GetGuid(at + 1)}");

    private static HashSet<RowKey> SetOf(Dictionary<string, HashSet<RowKey>> sets, string user)
    {
        if (!sets.TryGetValue(user, out var set))
            sets.Add(user, set = []);
        return set;
    }

    private static async Task EachAsync(
        NpgsqlDataSource dataSource, string sql, Guid[]? users, Action<NpgsqlDataReader> take, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(sql);
        command.CommandTimeout = 0;
        if (users is not null)
            command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = users });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            take(reader);
    }
}
