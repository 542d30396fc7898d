using KhsCrm.V1;

namespace KhsCrm.TestKit.History;

/// <summary>What a device holds of the server's rows, as the protocol says that it must apply what it is sent.</summary>
internal sealed class DeviceRows
{
    private readonly Dictionary<RowKey, RowFacts> _rows = [];
    private readonly Dictionary<string, HashSet<RowKey>> _byJob = [];

    // Of kinds that began anew: what has not come again.
    private readonly Dictionary<EntityType, HashSet<RowKey>> _stale = [];

    public IReadOnlyDictionary<RowKey, RowFacts> All => _rows;

    public RowFacts? Find(RowKey key) => _rows.GetValueOrDefault(key);

    public bool Has(EntityType type, string id) => _rows.ContainsKey(new(type, id));

    /// <summary>The rows that belong to a job, without the job.</summary>
    public IEnumerable<RowKey> OfJob(string job) => _byJob.GetValueOrDefault(job) ?? [];

    /// <summary>A kind begins anew: what does not come again goes when it is complete.</summary>
    public void BeginAnew(EntityType type) => _stale[type] = [.. _rows.Keys.Where(key => key.Type == type)];

    public void CompleteAnew(EntityType type)
    {
        if (!_stale.Remove(type, out var stale))
            return;
        foreach (var key in stale)
            Remove(key);
    }

    public void Put(RowFacts facts)
    {
        _stale.GetValueOrDefault(facts.Row.Type)?.Remove(facts.Row);
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
        _stale.Clear();
    }
}
