using KhsCrm.V1;

namespace KhsCrm.TestKit.History;

/// <summary>What a device holds of the server's rows, as the protocol says that it must apply what it is sent.</summary>
internal sealed class DeviceRows
{
    private readonly Dictionary<RowKey, RowFacts> _rows = [];
    private readonly Dictionary<string, HashSet<RowKey>> _byJob = [];

    public IReadOnlyDictionary<RowKey, RowFacts> All => _rows;

    public RowFacts? Find(RowKey key) => _rows.GetValueOrDefault(key);

    public bool Has(EntityType type, string id) => _rows.ContainsKey(new(type, id));

    /// <summary>The rows that belong to a job, without the job.</summary>
    public IEnumerable<RowKey> OfJob(string job) => _byJob.GetValueOrDefault(job) ?? [];

    public void Put(RowFacts facts)
    {
        _rows[facts.Row] = facts;
        if (facts.JobId is not { } job || facts.Row.Type == EntityType.Job)
            return;
        if (!_byJob.TryGetValue(job, out var members))
            _byJob.Add(job, members = []);
        members.Add(facts.Row);
    }

    public void Remove(RowKey key)
    {
        if (_rows.Remove(key, out var facts) && facts.JobId is { } job && _byJob.TryGetValue(job, out var members))
            members.Remove(key);
    }

    /// <summary>Takes a row away that is still there but no longer the user's: a job goes with all that belongs to it.</summary>
    public IReadOnlyList<RowKey> Withdraw(RowKey key)
    {
        List<RowKey> gone = [key];
        if (key.Type == EntityType.Job && _byJob.TryGetValue(key.Id, out var members))
            gone.AddRange(members);
        foreach (var row in gone)
            Remove(row);
        return gone;
    }

    public void Clear()
    {
        _rows.Clear();
        _byJob.Clear();
    }
}
