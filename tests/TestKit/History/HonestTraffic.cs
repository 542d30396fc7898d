using KhsCrm.V1;

namespace KhsCrm.TestKit.History;

/// <summary>
/// Valid operations of one user, on rows that nobody else writes: each must be applied. An owner makes customers, jobs and
/// materials; a worker makes and edits materials of the jobs that are given.
/// </summary>
public sealed class HonestTraffic(Random random, IReadOnlyList<string> jobs, bool isOwner)
{
    // As many rows as make the devices' memory large enough to matter, and small enough for long runs.
    private const int MostRows = 200;
    private readonly List<RowKey> _rows = [];
    private readonly List<string> _customers = [];
    private readonly HashSet<string> _busy = [];

    /// <summary>The next batch.</summary>
    public List<Operation> Next()
    {
        var batch = new List<Operation>();
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            if (_rows.Count < MostRows || random.Next(50) == 0)
                batch.Add(Create());
            else if (Update() is { } update)
                batch.Add(update);
        }

        return batch.Count > 0 ? batch : [Create()];
    }

    /// <summary>Notes a result: its row may be edited from now on.</summary>
    public void Answer(Operation operation, OperationResult result)
    {
        var row = RowFacts.Of(operation.Entity)!.Row;
        _busy.Remove(row.Id);
        if (operation.Kind != OperationKind.Create || result.Outcome == OperationOutcome.Rejected)
            return;
        if (row.Type == EntityType.Customer)
            _customers.Add(row.Id);
        if (_rows.Count < MostRows)
            _rows.Add(row);
    }

    private Operation Create()
    {
        var id = $"{Guid.CreateVersion7()}";
        Entity entity = (isOwner ? random.Next(4) : 3) switch
        {
            0 => new() { Customer = new() { Id = id, Name = "Honest", Address = "1 A St" } },
            1 when _customers.Count > 0 => new() { Job = new() { Id = id, Title = "Honest", CustomerId = _customers[random.Next(_customers.Count)] } },
            _ => new() { Material = new() { Id = id, JobId = jobs[random.Next(jobs.Count)], ItemName = "Nails", Quantity = "2.5", Unit = "box" } },
        };
        _busy.Add(id);
        return new() { Id = $"{Guid.CreateVersion7()}", Kind = OperationKind.Create, Entity = entity };
    }

    private Operation? Update()
    {
        var row = _rows[random.Next(_rows.Count)];
        // One edit of a row at a time: then no edit can overwrite another before it was seen.
        if (!_busy.Add(row.Id))
            return null;
        var note = $"{Guid.CreateVersion7()}";
        Entity entity = row.Type switch
        {
            EntityType.Customer => new() { Customer = new() { Id = row.Id, Notes = note } },
            EntityType.Job => new() { Job = new() { Id = row.Id, Notes = note } },
            _ => new() { Material = new() { Id = row.Id, Notes = note } },
        };
        return new()
        {
            Id = $"{Guid.CreateVersion7()}",
            Kind = OperationKind.Update,
            Entity = entity,
            UpdateMask = new() { Paths = { "notes" } },
        };
    }
}
