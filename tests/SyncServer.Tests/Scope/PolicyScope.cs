using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Tests.Scope;

/// <summary>
/// What DESIGN §8 lets a user see, asked of the whole database by plain SQL: nothing here shares a line with the reader.
/// </summary>
internal static class PolicyScope
{
    public static async Task<HashSet<(EntityType Type, string Id)>> ReadAsync(RunningServer server, Guid userId)
    {
        await using var command = server.DataSource.CreateCommand(
            $"""
            WITH me AS (SELECT id, role = 'OWNER' AS is_owner FROM users WHERE id = '{userId}'),
            mine AS (
                SELECT j.id, j.customer_id FROM jobs j, me
                WHERE me.is_owner OR j.id IN (SELECT a.job_id FROM job_assignments a WHERE a.user_id = me.id))
            SELECT 1, id FROM users
            UNION ALL SELECT 2, c.id FROM customers c, me WHERE me.is_owner OR c.id IN (SELECT customer_id FROM mine)
            UNION ALL SELECT 3, id FROM mine
            UNION ALL SELECT 4, id FROM job_assignments WHERE job_id IN (SELECT id FROM mine)
            UNION ALL SELECT 5, id FROM materials WHERE job_id IN (SELECT id FROM mine)
            UNION ALL SELECT 6, id FROM job_status_history WHERE job_id IN (SELECT id FROM mine)
            """);
        await using var reader = await command.ExecuteReaderAsync(RunningServer.Cancellation);
        HashSet<(EntityType, string)> scope = [];
        while (await reader.ReadAsync(RunningServer.Cancellation))
            scope.Add(((EntityType)reader.GetInt32(0), reader.GetGuid(1).ToString()));
        return scope;
    }
}
