using KhsCrm.V1;

namespace KhsCrm.Storage.Tests.Push.Model;

/// <summary>Makes operations on few rows, so that they meet: rows that are there, that are gone, that are yet to come.</summary>
internal sealed class RandomOperations(Random random, Guid[] workers)
{
    private readonly string[] _customers = Ids(4);
    private readonly string[] _jobs = Ids(6);
    private readonly string[] _assignments = Ids(8);
    private readonly string[] _materials = Ids(10);

    public Operation Next(Outbox outbox) => random.Next(14) switch
    {
        0 => outbox.Create(new Customer { Id = Any(_customers), Name = "C", Address = "A", Notes = Note() }),
        1 or 2 => outbox.Create(new Job { Id = Any(_jobs), Title = "J", CustomerId = Any(_customers), Notes = Note() }),
        3 => outbox.Create(new JobAssignment { Id = Any(_assignments), JobId = Any(_jobs), UserId = $"{workers[random.Next(workers.Length)]}" }),
        4 or 5 => outbox.Create(new Material { Id = Any(_materials), JobId = Any(_jobs), ItemName = "M", Notes = Note() }),
        6 => Edit(outbox, new Entity { Customer = new Customer { Id = Any(_customers), Notes = Note() } },
            seen => seen.Customer.Notes = Note()),
        7 => Edit(outbox, new Entity { Job = new Job { Id = Any(_jobs), Notes = Note() } }, seen => seen.Job.Notes = Note()),
        8 or 9 => Edit(outbox, new Entity { Material = new Material { Id = Any(_materials), Notes = Note() } },
            seen => seen.Material.Notes = Note()),
        10 or 11 => outbox.SetStatus(Guid.Parse(Any(_jobs)), (JobStatus)random.Next(1, 6)),
        12 => outbox.Delete(new Entity { JobAssignment = new JobAssignment { Id = Any(_assignments) } }),
        _ => random.Next(3) > 0 ? Next(outbox) : outbox.Delete(new Entity { Job = new Job { Id = Any(_jobs) } }),
    };

    private Operation Edit(Outbox outbox, Entity row, Action<Entity> see)
    {
        Entity? seen = null;
        if (random.Next(2) == 0)
        {
            seen = row.Clone();
            see(seen);
        }

        var operation = outbox.Update(row, seen, "notes");
        operation.ConflictPolicy = (ConflictPolicy)random.Next(3);
        return operation;
    }

    private string Note() => $"n{random.Next(3)}";

    private string Any(string[] ids) => ids[random.Next(ids.Length)];

    private static string[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => $"{Guid.CreateVersion7()}")];
}
