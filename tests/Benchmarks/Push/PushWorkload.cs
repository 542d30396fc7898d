using KhsCrm.V1;

namespace KhsCrm.Benchmarks.Push;

/// <summary>
/// What a field crew does in a day: of ten operations four are new lines of a checklist, four lines that were bought, one is
/// a job's notes and one a new customer. The rows that are changed are there before anything is measured.
/// </summary>
internal sealed class PushWorkload
{
    /// <summary>The user who pushes everything: the seeded owner.</summary>
    public const string UserId = "00000000-0000-7000-8000-000000000002";

    private readonly Guid[] _jobs;
    private readonly Guid[] _materials;
    private int _next;

    public PushWorkload(Guid[] jobs, Guid[] materials) => (_jobs, _materials) = (jobs, materials);

    /// <summary>Makes the next operations of a device. Each material is bought once.</summary>
    public Operation[] Next(int count, long firstSeq)
    {
        var operations = new Operation[count];
        for (var i = 0; i < count; i++)
        {
            var n = Interlocked.Increment(ref _next) - 1;
            operations[i] = (n % 10) switch
            {
                < 4 => Create(new Entity { Material = NewMaterial(n) }),
                < 8 => Update("purchased", new Entity { Material = new Material { Id = $"{NextMaterial(n)}", Purchased = true } }),
                8 => Update("notes", new Entity { Job = new Job { Id = $"{_jobs[n / 10 % _jobs.Length]}", Notes = $"Note {n}" } }),
                _ => Create(new Entity { Customer = NewCustomer(n) }),
            };
            operations[i].ClientSeq = firstSeq + i;
        }

        return operations;
    }

    // A line that is bought already would be no change, and no work.
    private Guid NextMaterial(int n)
    {
        var place = (n / 10 * 4) + (n % 10) - 4;
        return place < _materials.Length ? _materials[place] : throw new InvalidOperationException("There are not enough materials.");
    }

    private Material NewMaterial(int n) => new()
    {
        Id = $"{Guid.CreateVersion7()}",
        JobId = $"{_jobs[n % _jobs.Length]}",
        ItemName = $"2x4 stud, 8 ft, batch {n}",
        Quantity = $"{1 + (n % 40)}",
        Unit = "each",
    };

    private static Customer NewCustomer(int n) => new()
    {
        Id = $"{Guid.CreateVersion7()}",
        Name = $"Customer {n}",
        Phone = $"217-555-{n % 10_000:0000}",
        Address = $"{n} Maple Street, Springfield",
    };

    private static Operation Create(Entity row) =>
        new() { Id = $"{Guid.CreateVersion7()}", Kind = OperationKind.Create, Entity = row };

    private static Operation Update(string field, Entity row) => new()
    {
        Id = $"{Guid.CreateVersion7()}",
        Kind = OperationKind.Update,
        Entity = row,
        UpdateMask = new() { Paths = { field } },
    };
}
