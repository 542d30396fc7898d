using KhsCrm.Contracts.Entities;
using KhsCrm.V1;

namespace KhsCrm.Fuzzer.Generation;

/// <summary>Makes operations as a device would, most of them valid for an owner.</summary>
internal sealed class OperationMaker(Pool pool, Random random)
{
    private static readonly EntityType[] Writable =
        [EntityType.Customer, EntityType.Customer, EntityType.Job, EntityType.Job, EntityType.Material, EntityType.Material, EntityType.Material, EntityType.JobAssignment, EntityType.User];

    public Operation Next(bool isOwner)
    {
        var type = isOwner ? Writable[random.Next(Writable.Length)] : random.Next(6) == 0 ? EntityType.Job : EntityType.Material;
        var operation = new Operation
        {
            Id = Ids.New(random),
            Kind = random.Next(20) switch { < 3 => OperationKind.Create, < 18 => OperationKind.Update, _ => OperationKind.Delete },
            ConflictPolicy = (ConflictPolicy)random.Next(0, 3),
        };
        if (type == EntityType.JobAssignment && operation.Kind == OperationKind.Update)
            operation.Kind = OperationKind.Create;
        operation.Entity = Row(type, operation.Kind == OperationKind.Create ? Ids.New(random) : pool.Pick(EntityKinds.Of(type)!.Name, random));
        if (operation.Kind == OperationKind.Update)
            operation.UpdateMask = new() { Paths = { Field(type) } };
        if (operation.Kind == OperationKind.Delete || operation.ConflictPolicy == ConflictPolicy.Reject)
            operation.Seen = random.Next(10) == 0 ? null : operation.Entity.Clone();
        if (operation.Kind == OperationKind.Delete && random.Next(4) != 0)
            operation.ConflictPolicy = ConflictPolicy.LastWriteWins;
        return operation;
    }

    /// <summary>Remembers the row of an operation that was applied, for others to meet.</summary>
    public void Learn(Operation operation)
    {
        if (operation.Kind != OperationKind.Create || EntityKinds.Of(operation.Entity) is not { } kind)
            return;
        var id = kind.GetId(operation.Entity);
        pool.Add(kind.Name, id);
        pool.Add("any", id);
    }

    private string Field(EntityType type)
    {
        var fields = EntityKinds.Of(type)!.UpdatableFields;
        return fields[random.Next(fields.Count)];
    }

    private Entity Row(EntityType type, string id) => type switch
    {
        EntityType.Customer => new() { Customer = new() { Id = id, Name = Text(), Address = "2 B St", Phone = "217-555-0100", Notes = Text() } },
        EntityType.Job => new()
        {
            Job = new() { Id = id, Title = Text(), CustomerId = pool.Pick("customer", random), Status = (JobStatus)random.Next(0, 6), Notes = Text() },
        },
        EntityType.JobAssignment => new() { JobAssignment = new() { Id = id, JobId = pool.Pick("job", random), UserId = pool.Pick("user", random) } },
        EntityType.User => new()
        {
            User = new() { Id = id, Email = $"u{random.Next()}@example.com", Name = Text(), Role = (Role)random.Next(1, 3), IsActive = random.Next(30) != 0 },
        },
        _ => new()
        {
            Material = new()
            {
                Id = id,
                JobId = pool.Pick("job", random),
                ItemName = Text(),
                Quantity = $"{random.Next(1, 99)}",
                Unit = "box",
                Purchased = random.Next(2) == 0,
                IsDeleted = random.Next(9) == 0,
                Notes = Text(),
            },
        },
    };

    private string Text() => random.Next(12) == 0 ? "a\\u0000b" : $"text {random.Next(10_000)}";
}
