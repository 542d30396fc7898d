using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Tests.Scope;

/// <summary>
/// What DESIGN §8 lets each user see in one state of the database, asked by plain SQL: nothing here shares a line with the
/// reader.
/// </summary>
/// <param name="Rows">The rows a user may see.</param>
/// <param name="Owners">Who is an owner.</param>
internal sealed record PolicyScope(
    IReadOnlyDictionary<Guid, HashSet<(EntityType Type, string Id)>> Rows, IReadOnlySet<Guid> Owners)
{
    private const string Sql = """
        WITH jobs_of AS (
            SELECT u.id AS user_id, j.id, j.customer_id FROM users u JOIN jobs j ON u.role = 'OWNER'
                OR EXISTS (SELECT FROM job_assignments a WHERE a.job_id = j.id AND a.user_id = u.id))
        SELECT u.id, u.role = 'OWNER', r.type, r.id FROM users u JOIN LATERAL (
            SELECT 1 AS type, id FROM users
            UNION ALL SELECT 2, c.id FROM customers c
                WHERE u.role = 'OWNER' OR c.id IN (SELECT customer_id FROM jobs_of WHERE user_id = u.id)
            UNION ALL SELECT 3, id FROM jobs_of WHERE user_id = u.id
            UNION ALL SELECT 4, id FROM job_assignments WHERE job_id IN (SELECT id FROM jobs_of WHERE user_id = u.id)
            UNION ALL SELECT 5, id FROM materials WHERE job_id IN (SELECT id FROM jobs_of WHERE user_id = u.id)
            UNION ALL SELECT 6, id FROM job_status_history WHERE job_id IN (SELECT id FROM jobs_of WHERE user_id = u.id)
        ) r ON true WHERE u.is_active
        """;

    public static async Task<PolicyScope> ReadAsync(RunningServer server)
    {
        await using var command = server.DataSource.CreateCommand(Sql);
        await using var reader = await command.ExecuteReaderAsync(RunningServer.Cancellation);
        Dictionary<Guid, HashSet<(EntityType, string)>> rows = [];
        HashSet<Guid> owners = [];
        while (await reader.ReadAsync(RunningServer.Cancellation))
        {
            var user = reader.GetGuid(0);
            if (reader.GetBoolean(1))
                owners.Add(user);
            if (!rows.TryGetValue(user, out var mine))
                rows.Add(user, mine = []);
            mine.Add(((EntityType)reader.GetInt32(2), reader.GetGuid(3).ToString()));
        }

        return new(rows, owners);
    }
}
