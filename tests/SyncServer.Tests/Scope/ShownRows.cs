using System.Collections;
using KhsCrm.Contracts.Entities;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Tests.Scope;

/// <summary>What a device shows: the rows that its deltas have left.</summary>
internal sealed class ShownRows : IReadOnlyDictionary<(EntityType Type, string Id), Entity>
{
    private readonly Dictionary<(EntityType Type, string Id), Entity> _rows = [];

    public int Count => _rows.Count;

    public IEnumerable<(EntityType Type, string Id)> Keys => _rows.Keys;

    public IEnumerable<Entity> Values => _rows.Values;

    public Entity this[(EntityType Type, string Id) key] => _rows[key];

    /// <summary>Takes over what a message of a stream changes.</summary>
    public void Apply(SyncStreamResponse message)
    {
        if (message.ResyncRequired is not null)
            _rows.Clear();
        foreach (var change in message.Delta?.Changes ?? [])
            Apply(change);
    }

    public bool ContainsKey((EntityType Type, string Id) key) => _rows.ContainsKey(key);

    public bool TryGetValue((EntityType Type, string Id) key, out Entity value) => _rows.TryGetValue(key, out value!);

    public IEnumerator<KeyValuePair<(EntityType Type, string Id), Entity>> GetEnumerator() => _rows.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void Apply(Change change)
    {
        switch (change.ChangeCase)
        {
            case Change.ChangeOneofCase.Entity:
                var kind = EntityKinds.Of(change.Entity)!;
                _rows[(kind.Type, kind.GetId(change.Entity))] = change.Entity;
                break;
            case Change.ChangeOneofCase.Deleted:
                _rows.Remove((change.Deleted.EntityType, change.Deleted.EntityId));
                break;
            case Change.ChangeOneofCase.Withdrawn:
                _rows.Remove((change.Withdrawn.EntityType, change.Withdrawn.EntityId));
                if (change.Withdrawn.EntityType == EntityType.Job)
                    RemoveChildren(change.Withdrawn.EntityId);
                break;
        }
    }

    private void RemoveChildren(string jobId)
    {
        foreach (var (key, row) in _rows.ToList())
        {
            if ((row.Material?.JobId ?? row.JobAssignment?.JobId ?? row.JobStatusHistory?.JobId) == jobId)
                _rows.Remove(key);
        }
    }
}
