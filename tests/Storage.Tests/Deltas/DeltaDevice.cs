using Google.Protobuf;
using KhsCrm.Contracts.Kinds;
using KhsCrm.Storage.Deltas;
using KhsCrm.V1;

namespace KhsCrm.Storage.Tests.Deltas;

/// <summary>The least that a device does with deltas: rows by kind and id, and a cursor.</summary>
internal sealed class DeltaDevice(DeltaReader reader, DeltaScope scope)
{
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
        var result = await reader.ReadAsync(scope, Cursor.Memory, SyncedDatabase.Cancellation);
        LastResync = result.Resync;
        if (result.Delta is not { } delta)
            return null;
        foreach (var change in delta.Changes)
            Apply(change);
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

    private static string? JobOf(Entity row) =>
        row.Material?.JobId ?? row.JobAssignment?.JobId ?? row.JobStatusHistory?.JobId;
}
