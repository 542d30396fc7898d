using KhsCrm.SyncServer.Tests.Kit;

namespace KhsCrm.SyncServer.Tests.Scope;

/// <summary>An office where anything may happen next: one random change, in one transaction.</summary>
internal sealed class RandomOffice(RunningServer server, Random random, IReadOnlyList<Guid> users)
{
    private const string AnyJob = "(SELECT id FROM jobs ORDER BY md5(id::text || '{0}') LIMIT 1)";
    private const string AnyCustomer = "(SELECT id FROM customers ORDER BY md5(id::text || '{0}') LIMIT 1)";

    public async Task SeedAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            await server.RunAsync("INSERT INTO customers (name, address) VALUES ('c', 'a')");
            await server.RunAsync(Fill($"INSERT INTO jobs (title, customer_id, created_by_id) VALUES ('j', {AnyCustomer}, '{RunningServer.OwnerId}')"));
        }
    }

    public Task ChangeAsync()
    {
        var user = users[random.Next(users.Count)];
        return server.RunAsync(Fill(random.Next(11) switch
        {
            0 => "INSERT INTO customers (name, address) VALUES ('c', 'a')",
            1 => $"INSERT INTO jobs (title, customer_id, created_by_id) VALUES ('j', {AnyCustomer}, '{RunningServer.OwnerId}')",
            2 or 3 => $"INSERT INTO job_assignments (job_id, user_id) SELECT j, '{user}' FROM {AnyJob} AS t(j) ON CONFLICT DO NOTHING",
            4 => $"DELETE FROM job_assignments WHERE job_id = {AnyJob} AND user_id = '{user}'",
            5 => $"INSERT INTO materials (job_id, item_name, added_by_id) SELECT j, 'Nails', '{RunningServer.OwnerId}' FROM {AnyJob} AS t(j)",
            6 => $"UPDATE jobs SET customer_id = {AnyCustomer} WHERE id = {AnyJob}",
            7 => $"UPDATE customers SET notes = '{random.Next()}' WHERE id = {AnyCustomer}",
            8 => $"UPDATE jobs SET status = CASE status WHEN 'IN_PROGRESS' THEN 'ON_HOLD' ELSE 'IN_PROGRESS' END WHERE id = {AnyJob}",
            9 when random.Next(2) == 0 => $"DELETE FROM jobs WHERE id = {AnyJob}",
            10 when random.Next(3) == 0 => $"UPDATE users SET role = CASE role WHEN 'OWNER' THEN 'WORKER' ELSE 'OWNER' END WHERE id = '{user}'",
            _ => $"UPDATE materials SET notes = '{random.Next()}' WHERE job_id = {AnyJob}",
        }));
    }

    // The pick is the random number's, so that a seed is a history.
    private string Fill(string sql) => sql.Replace("{0}", $"{random.Next()}", StringComparison.Ordinal);
}
