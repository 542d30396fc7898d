using Google.Protobuf;
using KhsCrm.Contracts.Entities;
using KhsCrm.Storage.Deltas;
using KhsCrm.V1;

namespace KhsCrm.Storage.Tests.Deltas;

/// <summary>The least that a device does with deltas: rows by kind and id, and a cursor.</summary>
internal sealed class DeltaDevice(DeltaReader reader, DeltaScope scope)
{
    // The rows of kinds that begin anew and have not come again.
    private readonly Dictionary<EntityType, HashSet<string>> _stale = [];

    /// <summary>The server that it reads from.</summary>
    public DeltaReader Server { get; set; } = reader;

    /// <summary>What it asks for.</summary>
    public DeltaScope Scope { get; set; } = scope;

    public Dictionary<(EntityType Type, string Id), Entity> Rows { get; } = [];

    public ByteString Cursor { get; set; } = ByteString.Empty;

    public List<Change> Received { get; } = [];

    /// <summary>The most changes that came in one delta.</summary>
    public int LargestDelta { get; private set; }

    public ResyncReason LastResync { get; private set; }

    public IEnumerable<string> Ids(EntityType type) => Rows.Keys.Where(key => key.Type == type).Select(key => key.Id);

    /// <summary>Reads deltas up to a checkpoint; what came is in <see cref="Received"/>.</summary>
    public async Task<int> SyncAsync(Func<int, Task>? afterPage = null)
    {
        Received.Clear();
        LargestDelta = 0;
        for (var pages = 1; ; pages++)
        {
            var delta = await ReadAsync();
            if (delta is null)
                return 0;
            if (delta.Checkpoint)
                return pages;
            if (afterPage is not null)
                await afterPage(pages);
        }
    }

    public async Task<Delta?> ReadAsync()
    {
        var result = await Server.ReadAsync(Scope, Cursor.Memory, SyncedDatabase.Cancellation);
        LastResync = result.Resync;
        if (result.Delta is not { } delta)
            return null;
        foreach (var type in delta.BegunAnew)
            _stale[type] = [.. Ids(type)];
        foreach (var change in delta.Changes)
            Apply(change);
        foreach (var type in delta.CompletedAnew)
            DropStale(type);
        Cursor = delta.Cursor;
        LargestDelta = Math.Max(LargestDelta, delta.Changes.Count);
        return delta;
    }

    private void Apply(Change change)
    {
        Received.Add(change);
        switch (change.ChangeCase)
        {
            case Change.ChangeOneofCase.Entity:
                var kind = EntityKinds.Of(change.Entity)!;
                Rows[(kind.Type, kind.GetId(change.Entity))] = change.Entity;
                _stale.GetValueOrDefault(kind.Type)?.Remove(kind.GetId(change.Entity));
                break;
            case Change.ChangeOneofCase.Deleted:
                Rows.Remove((change.Deleted.EntityType, change.Deleted.EntityId));
                break;
            case Change.ChangeOneofCase.Withdrawn:
                var id = change.Withdrawn.EntityId;
                Rows.Remove((change.Withdrawn.EntityType, id));
                foreach (var key in Rows.Where(row => JobOf(row.Value) == id).Select(row => row.Key).ToList())
                    Rows.Remove(key);
                break;
        }
    }

    private void DropStale(EntityType type)
    {
        if (!_stale.Remove(type, out var stale))
            return;
        foreach (var id in stale)
            Rows.Remove((type, id));
    }

    private static string? JobOf(Entity row) =>
        row.Material?.JobId ?? row.JobAssignment?.JobId ?? row.JobStatusHistory?.JobId;
}
