using Google.Protobuf.WellKnownTypes;
using KhsCrm.TestKit.History;
using KhsCrm.V1;

namespace KhsCrm.Instruments.Tests.History;

/// <summary>
/// A service that keeps its promises, in memory: what its devices did and were sent is a valid history. One number is one
/// step, so any sequence of numbers is a history.
/// </summary>
internal sealed class SimulatedOffice
{
    private const long Epoch = 1_700_000_000_000_000;
    private readonly Dictionary<RowKey, Entity> _rows = [];
    private readonly HashSet<RowKey> _deleted = [];
    private readonly List<SimulatedDevice> _devices;
    private long _version = Epoch;
    private int _next;

    public SimulatedOffice()
    {
        Owner = new(this, new("owner", Id(), true));
        Other = new(this, new("owner's second", Owner.Device.UserId, true));
        Worker = new(this, new("worker", Id(), false));
        _devices = [Owner, Other, Worker];
        Put(new() { User = new() { Id = Owner.Device.UserId } });
        Put(new() { User = new() { Id = Worker.Device.UserId } });
        Customer = Put(new() { Customer = new() { Id = Id(), Notes = "" } });
        Job = Put(new() { Job = new() { Id = Id(), CustomerId = Customer.Id, Notes = "" } });
        Events.Add(new Paired(Customer, Job));
    }

    public List<HistoryEvent> Events { get; } = [];

    public SimulatedDevice Owner { get; }

    public SimulatedDevice Other { get; }

    public SimulatedDevice Worker { get; }

    /// <summary>The pair that transactions write together.</summary>
    public RowKey Customer { get; }

    public RowKey Job { get; }

    public IEnumerable<HistoryDevice> Devices => _devices.Select(device => device.Device);

    public static SimulatedOffice Run(IEnumerable<int> steps)
    {
        var office = new SimulatedOffice();
        foreach (var step in steps)
            office.Step(step);
        return office;
    }

    public string Id() => $"00000000-0000-7000-8000-{++_next:x12}";

    /// <summary>Writes a row at the next version.</summary>
    public RowKey Put(Entity entity)
    {
        var time = Time();
        switch (entity.RowCase)
        {
            case Entity.RowOneofCase.User: entity.User.UpdatedAt = time; break;
            case Entity.RowOneofCase.Customer: entity.Customer.UpdatedAt = time; break;
            case Entity.RowOneofCase.Job: entity.Job.UpdatedAt = time; break;
            case Entity.RowOneofCase.Material: entity.Material.UpdatedAt = time; break;
            default: entity.JobAssignment.AssignedAt = time; break;
        }

        var facts = RowFacts.Of(entity)!;
        _rows[facts.Row] = entity.Clone();
        return facts.Row;
    }

    /// <summary>One transaction of another program, over two tables.</summary>
    public void WritePair()
    {
        var notes = $"pair {_version}";
        var (customer, job) = (_rows[Customer].Clone(), _rows[Job].Clone());
        (customer.Customer.Notes, job.Job.Notes) = (notes, notes);
        Put(customer);
        Put(job);
        foreach (var row in new[] { Customer, Job })
            Events.Add(new Wrote(row, RowFacts.Of(_rows[row])!.Version));
    }

    public void Delete(RowKey row)
    {
        if (_rows.Remove(row))
            _deleted.Add(row);
    }

    public Entity Read(RowKey row) => _rows[row].Clone();

    public bool Exists(RowKey row) => _rows.ContainsKey(row);

    public bool WasDeleted(RowKey row) => _deleted.Contains(row);

    public List<RowKey> Of(EntityType type) => [.. _rows.Keys.Where(key => key.Type == type).OrderBy(key => key.Id, StringComparer.Ordinal)];

    /// <summary>What the policy gives a user.</summary>
    public HashSet<RowKey> Scope(HistoryDevice device)
    {
        if (device.IsOwner)
            return [.. _rows.Keys];
        var facts = _rows.Values.Select(row => RowFacts.Of(row)!).ToList();
        var jobs = facts.Where(row => row.UserId == device.UserId).Select(row => row.JobId!).ToHashSet();
        var customers = facts.Where(row => row.Row.Type == EntityType.Job && jobs.Contains(row.Row.Id)).Select(row => row.CustomerId!).ToHashSet();
        return [.. facts
            .Where(row => row.Row.Type == EntityType.User || customers.Contains(row.Row.Id) || (row.JobId is { } job && jobs.Contains(job)))
            .Select(row => row.Row)];
    }

    /// <summary>The end: the devices read what is left.</summary>
    public void Settle()
    {
        foreach (var device in _devices)
            device.Sync(asks: false);
    }

    public DatabaseState End() => new(
        _rows.ToDictionary(row => row.Key, row => RowFacts.Of(row.Value)!),
        new HashSet<RowKey>(_deleted),
        _devices.Select(device => device.Device).DistinctBy(device => device.UserId).ToDictionary(device => device.UserId, Scope),
        new Dictionary<RowKey, long>(),
        new HashSet<(RowKey, string)>(),
        new HashSet<string>());

    private void Step(int step)
    {
        var pick = step / 16;
        switch (step % 16)
        {
            case 0: Owner.Create(new() { Customer = new() { Id = Id(), Notes = "" } }, pick); break;
            case 1: Other.Create(new() { Job = new() { Id = Id(), CustomerId = Pick(EntityType.Customer, pick).Id } }, pick); break;
            case 2: Owner.Create(new() { Material = new() { Id = Id(), JobId = Pick(EntityType.Job, pick).Id } }, pick); break;
            case 3 or 4: Worker.CreateMaterial(pick); break;
            case 5 or 6: Owner.Assign(Worker.Device.UserId, Pick(EntityType.Job, pick).Id, pick); break;
            case 7 when Of(EntityType.JobAssignment).Count > 0: Owner.Unassign(Pick(EntityType.JobAssignment, pick)); break;
            case 8: WritePair(); break;
            case 9 when Of(EntityType.Material).Count > 0: Other.Note(Pick(EntityType.Material, pick), pick); break;
            default: _devices[pick % 3].Sync(asks: pick % 4 == 0); break;
        }
    }

    private RowKey Pick(EntityType type, int pick) => Of(type) is var rows ? rows[pick % rows.Count] : default;

    private Timestamp Time()
    {
        _version++;
        return new() { Seconds = _version / 1_000_000, Nanos = (int)(_version % 1_000_000) * 1_000 };
    }
}
