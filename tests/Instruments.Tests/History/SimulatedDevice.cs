using KhsCrm.TestKit.History;
using KhsCrm.V1;

namespace KhsCrm.Instruments.Tests.History;

/// <summary>A device of the simulated office: it pushes and reads, and the history notes it.</summary>
internal sealed class SimulatedDevice(SimulatedOffice office, HistoryDevice device)
{
    private readonly Dictionary<RowKey, RowFacts> _held = [];
    private long _seq;

    public HistoryDevice Device => device;

    /// <summary>Pushes a new row. Of some numbers the answer is lost, of others the call itself.</summary>
    public RowKey Create(Entity entity, int pick)
    {
        var row = RowFacts.Of(entity)!.Row;
        Push(OperationKind.Create, entity, pick, () => office.Put(entity));
        return row;
    }

    public void CreateMaterial(int pick)
    {
        var jobs = office.Of(EntityType.Job).Where(office.Scope(device).Contains).ToList();
        if (jobs.Count > 0)
            Create(new() { Material = new() { Id = office.Id(), JobId = jobs[pick % jobs.Count].Id } }, pick);
    }

    public void Note(RowKey material, int pick)
    {
        var entity = office.Read(material);
        entity.Material.Notes = office.Id();
        Push(OperationKind.Update, entity, pick, () => office.Put(entity));
    }

    public void Assign(string user, string job, int pick)
    {
        var isAssigned = office.Of(EntityType.JobAssignment).Any(row => RowFacts.Of(office.Read(row)) is var link && link!.UserId == user && link.JobId == job);
        if (!isAssigned)
            Create(new() { JobAssignment = new() { Id = office.Id(), JobId = job, UserId = user } }, pick);
    }

    public void Unassign(RowKey assignment)
    {
        var entity = office.Read(assignment);
        Push(OperationKind.Delete, entity, pick: 2, () => office.Delete(assignment));
    }

    /// <summary>Reads up to a checkpoint.</summary>
    public Delta Sync(bool asks)
    {
        if (asks)
            office.Events.Add(new Asked(device));
        var delta = Read();
        office.Events.Add(new Received(device, delta));
        return delta;
    }

    private void Push(OperationKind kind, Entity entity, int pick, Action take)
    {
        if (pick % 7 == 0)
            return;
        var operation = new Operation { Id = office.Id(), ClientSeq = ++_seq, Kind = kind, Entity = entity.Clone() };
        office.Events.Add(new Sent(device, operation));
        take();
        if (pick % 7 == 1)
            return;
        var result = new OperationResult { OperationId = operation.Id, ClientSeq = _seq, Outcome = OperationOutcome.Applied };
        if (kind != OperationKind.Delete)
            result.Entity = office.Read(RowFacts.Of(entity)!.Row);
        office.Events.Add(new Answered(device, result));
    }

    private Delta Read()
    {
        var delta = new Delta { Checkpoint = true, LastClientSeq = _seq };
        var scope = office.Scope(device);
        foreach (var row in _held.Keys.Where(row => !scope.Contains(row)).ToList())
        {
            if (office.WasDeleted(row))
                delta.Changes.Add(new Change { Deleted = new() { EntityType = row.Type, EntityId = row.Id } });
            else if (row.Type is EntityType.Job or EntityType.Customer)
                delta.Changes.Add(new Change { Withdrawn = new() { EntityType = row.Type, EntityId = row.Id } });
            _held.Remove(row);
        }

        var facts = scope.Select(row => (Row: row, Entity: office.Read(row))).OrderBy(row => RowFacts.Of(row.Entity)!.Version);
        foreach (var (row, entity) in facts)
        {
            var version = RowFacts.Of(entity)!;
            if (_held.GetValueOrDefault(row)?.Version == version.Version)
                continue;
            delta.Changes.Add(new Change { Entity = entity });
            _held[row] = version;
        }

        return delta;
    }
}
