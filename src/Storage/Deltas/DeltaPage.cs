using KhsCrm.V1;

namespace KhsCrm.Storage.Deltas;

/// <summary>Gathers what one read found in all tables, and cuts a delta of bounded size from its beginning.</summary>
internal sealed class DeltaPage(DeltaOptions options)
{
    private readonly List<Change> _withdrawn = [];
    private readonly List<(RowKey Key, Change Change)> _changes = [];

    public WindowHeader Header { get; set; } = null!;

    public void AddWithdrawn(EntityType type, Guid id) => _withdrawn.Add(
        new Change { Withdrawn = new Withdrawn { EntityType = type, EntityId = id.ToString() } });

    public void Add(RowKey key, Change change) => _changes.Add((key, change));

    /// <summary>The changes in their order, at most a page of them.</summary>
    /// <param name="last">The last one, when others were left out.</param>
    public Delta Cut(out RowKey? last)
    {
        _changes.Sort((left, right) => left.Key.CompareTo(right.Key));
        var delta = new Delta { Changes = { _withdrawn } };
        var bytes = 0;
        var count = 0;
        while (count < _changes.Count && count < options.PageSize && bytes < options.PageBytes)
        {
            var change = _changes[count++].Change;
            bytes += change.CalculateSize();
            delta.Changes.Add(change);
        }

        last = count < _changes.Count ? _changes[count - 1].Key : null;
        return delta;
    }
}
