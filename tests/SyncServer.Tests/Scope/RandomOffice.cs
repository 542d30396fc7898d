using KhsCrm.SyncServer.Tests.Kit;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Tests.Scope;

/// <summary>An office where anything may happen next: one random change, by SQL past the service or pushed by a device.</summary>
internal sealed class RandomOffice(ScopeHistory history, Random random, IReadOnlyList<Guid> workers, Guid owner)
{
    private const string Owner = RunningServer.OwnerId;

    public async Task SeedAsync()
    {
        for (var i = 0; i < 3; i++)
            await history.RunAsync($"INSERT INTO customers (id, name, address) VALUES ('{NewId()}', 'c', 'a')");
        for (var i = 0; i < 4; i++)
            await history.RunAsync($"INSERT INTO jobs (id, title, customer_id, created_by_id) VALUES ('{NewId()}', 'j', '{Any(EntityType.Customer)}', '{Owner}')");
    }

    /// <summary>A change by another program.</summary>
    public string NextSql()
    {
        var (job, customer, worker) = (Any(EntityType.Job), Any(EntityType.Customer), workers[random.Next(workers.Count)]);
        return random.Next(12) switch
        {
            0 => $"INSERT INTO customers (id, name, address) VALUES ('{NewId()}', 'c', 'a')",
            1 => $"INSERT INTO jobs (id, title, customer_id, created_by_id) VALUES ('{NewId()}', 'j', '{customer}', '{Owner}')",
            2 or 3 => $"INSERT INTO job_assignments (job_id, user_id) VALUES ('{job}', '{worker}') ON CONFLICT DO NOTHING",
            4 => $"DELETE FROM job_assignments WHERE job_id = '{job}' AND user_id = '{worker}'",
            5 => $"INSERT INTO materials (id, job_id, item_name, added_by_id) VALUES ('{NewId()}', '{job}', 'Nails', '{Owner}')",
            6 => $"UPDATE jobs SET customer_id = '{customer}' WHERE id = '{job}'",
            7 => $"UPDATE customers SET notes = '{random.Next()}' WHERE id = '{customer}'",
            8 => $"UPDATE jobs SET status = CASE status WHEN 'IN_PROGRESS' THEN 'ON_HOLD' ELSE 'IN_PROGRESS' END WHERE id = '{job}'",
            9 when random.Next(2) == 0 => $"DELETE FROM jobs WHERE id = '{job}' AND (SELECT count(*) FROM jobs) > 2",
            10 when random.Next(3) == 0 => $"UPDATE users SET role = CASE role WHEN 'OWNER' THEN 'WORKER' ELSE 'OWNER' END WHERE id = '{worker}'",
            // A lost and a gained job in one transaction.
            11 => $"DELETE FROM job_assignments WHERE user_id = '{worker}'; INSERT INTO job_assignments (job_id, user_id) VALUES ('{job}', '{worker}')",
            _ => $"UPDATE materials SET notes = '{random.Next()}' WHERE job_id = '{job}'",
        };
    }

    /// <summary>What the office pushes.</summary>
    public Operation NextOfOwner()
    {
        var (job, customer, worker) = (Any(EntityType.Job), Any(EntityType.Customer), workers[random.Next(workers.Count)]);
        return random.Next(7) switch
        {
            0 => Create(new() { Customer = new() { Id = NewId(), Name = "c", Address = "a" } }),
            1 => Create(new() { Job = new() { Id = NewId(), Title = "j", CustomerId = customer } }),
            2 => Create(new() { JobAssignment = new() { Id = NewId(), JobId = job, UserId = $"{worker}" } }),
            3 when Find(EntityType.JobAssignment) is { } assignment => Delete(new() { JobAssignment = new() { Id = assignment } }),
            4 => Update(new() { Job = new() { Id = job, CustomerId = customer } }, "customer_id"),
            5 when Ids(EntityType.Job).Count > 2 => Delete(new() { Job = new() { Id = job } }),
            _ => Update(new() { Customer = new() { Id = customer, Notes = $"{random.Next()}" } }, "notes"),
        };
    }

    /// <summary>What a worker's device pushes, often for a job that is not theirs.</summary>
    public Operation NextOfWorker() => random.Next(3) switch
    {
        0 => Create(new() { Material = new() { Id = NewId(), JobId = Any(EntityType.Job), ItemName = "Nails" } }),
        1 when Find(EntityType.Material) is { } material => Update(new() { Material = new() { Id = material, Notes = $"{random.Next()}" } }, "notes"),
        _ => Update(new() { Job = new() { Id = Any(EntityType.Job), Status = (JobStatus)random.Next(1, 6) } }, "status"),
    };

    private string Any(EntityType type) => Find(type)!;

    private string? Find(EntityType type) => Ids(type) is { Count: > 0 } ids ? ids[random.Next(ids.Count)] : null;

    private List<string> Ids(EntityType type) =>
        [.. history.Now.Rows[owner].Where(row => row.Type == type).Select(row => row.Id).Order(StringComparer.Ordinal)];

    private static Operation Create(Entity entity) => new() { Id = NewId(), Kind = OperationKind.Create, Entity = entity };

    private static Operation Update(Entity entity, string field) =>
        new() { Id = NewId(), Kind = OperationKind.Update, Entity = entity, UpdateMask = new() { Paths = { field } } };

    private static Operation Delete(Entity entity) => new()
    {
        Id = NewId(),
        Kind = OperationKind.Delete,
        Entity = entity,
        Seen = entity.Clone(),
        ConflictPolicy = ConflictPolicy.LastWriteWins,
    };

    private static string NewId() => $"{Guid.CreateVersion7()}";
}
