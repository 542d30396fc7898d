using KhsCrm.Contracts.Entities;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Tests.Overlay;

/// <summary>
/// A server in a few lines: applies operations once, rejects some, lets somebody else edit too, and keeps every message
/// to the device in a queue whose delivery a test decides.
/// </summary>
internal sealed class ModelServer(Random random)
{
    private readonly Dictionary<string, OperationResult> _ledger = [];
    private readonly HashSet<string> _changed = [];
    private int _versions;

    public Dictionary<string, Customer> Rows { get; } = [];

    public long LastClientSeq { get; private set; }

    /// <summary>Applies a batch.</summary>
    /// <returns>The results, in order.</returns>
    public List<OperationResult> Push(IEnumerable<Operation> operations) => [.. operations.Select(Push)];

    /// <summary>Somebody else edits, adds or deletes.</summary>
    public void EditElsewhere()
    {
        if (Rows.Count == 0 || random.Next(4) == 0)
        {
            Save(Kit.Rows.Customer($"Elsewhere {random.Next(100)}"));
            return;
        }

        var row = Rows.Values.ElementAt(random.Next(Rows.Count));
        if (random.Next(6) == 0)
        {
            Rows.Remove(row.Id);
            _changed.Add(row.Id);
        }
        else
        {
            Save(new Customer(row) { Phone = random.Next(1000).ToString(System.Globalization.CultureInfo.InvariantCulture) });
        }
    }

    /// <summary>What changed since the last call, as the deltas that bring it: the last one is a checkpoint.</summary>
    public List<Delta> Deltas(bool isResync)
    {
        var ids = isResync ? [.. Rows.Keys] : _changed.ToList();
        _changed.Clear();
        List<Delta> deltas = [];
        foreach (var part in ids.Chunk(2))
        {
            deltas.Add(Kit.Rows.Delta("d", [.. part.Select(id => Rows.TryGetValue(id, out var row)
                ? Kit.Rows.Saved(row.Clone())
                : Kit.Rows.Deleted(EntityType.Customer, id))]));
        }

        deltas.Add(Kit.Rows.Checkpoint("c", LastClientSeq));
        return deltas;
    }

    private OperationResult Push(Operation operation)
    {
        if (_ledger.TryGetValue(operation.Id, out var known))
        {
            var duplicate = known.Clone();
            (duplicate.FirstOutcome, duplicate.Outcome) = (known.Outcome, OperationOutcome.Duplicate);
            return duplicate;
        }

        Assert.Equal(LastClientSeq + 1, operation.ClientSeq);
        LastClientSeq = operation.ClientSeq;
        var result = Kit.Rows.Result(operation, Apply(operation) ? OperationOutcome.Applied : OperationOutcome.Rejected);
        _ledger.Add(operation.Id, result);
        return result;
    }

    private bool Apply(Operation operation)
    {
        if (random.Next(8) == 0)
            return false;
        var given = operation.Entity;
        if (operation.Kind == OperationKind.Create)
        {
            Save(given.Customer.Clone());
            return true;
        }

        if (!Rows.TryGetValue(given.Customer.Id, out var row))
            return false;
        var changed = new Entity { Customer = row.Clone() };
        foreach (var field in operation.UpdateMask.Paths)
            EntityKinds.Customer.Copy(field, given, changed);
        Save(changed.Customer);
        return true;
    }

    private void Save(Customer row)
    {
        row.UpdatedAt = Kit.Rows.At(++_versions);
        Rows[row.Id] = row;
        _changed.Add(row.Id);
    }
}
