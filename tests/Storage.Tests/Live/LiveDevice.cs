using Google.Protobuf;
using KhsCrm.Contracts.Entities;
using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Live;
using KhsCrm.Storage.Tests.Deltas;
using KhsCrm.V1;
using Xunit;

namespace KhsCrm.Storage.Tests.Live;

/// <summary>
/// A device behind a pump, beside one that reads for itself: after each window both must hold the same rows.
/// </summary>
internal sealed class LiveDevice(SyncedDatabase database, Guid user, params EntityType[] types)
{
    private readonly DeltaDevice _reading = database.Device(user, types: types);
    private readonly Dictionary<(EntityType Type, string Id), Entity> _rows = [];
    private LiveScope? _scope;
    private LivePosition? _position;

    /// <summary>How many windows were routed in memory.</summary>
    public int Routed { get; private set; }

    /// <summary>How many sent the device back to its cursor.</summary>
    public int Reread { get; private set; }

    public KindSet Kinds => Scope.ToKinds(new DeltaOptions());

    private DeltaScope Scope => new(user, user == SyncedDatabase.Owner ? Role.Owner : Role.Worker, null, types);

    /// <summary>Catches up by itself and takes the windows that follow.</summary>
    public async Task AttachAsync()
    {
        await _reading.SyncAsync();
        _rows.Clear();
        foreach (var (key, row) in _reading.Rows)
            _rows.Add(key, row);
        _position = LivePosition.Of(_reading.Cursor.Memory)!;
        _scope = await LiveWindowTests.ScopeAsync(database, Scope);
    }

    /// <summary>Takes a window that follows where the device stands, and compares.</summary>
    public async Task TakeAsync(LiveWindow window)
    {
        Assert.True(_position!.Includes(window.From));
        if (_position.Includes(window.To) && !window.To.Includes(_position))
            return;
        if (window.Route(_scope!, Guid.Empty) is not { } changes)
        {
            Reread++;
            await AttachAsync();
            return;
        }

        Routed++;
        var delta = Delta.Parser.ParseFrom(changes.Bytes.Span);
        Assert.Equal(changes.Count, delta.Changes.Count);
        foreach (var change in delta.Changes)
            Apply(change);
        // From the very cursor that a stream would be sent, so that the next read proves it too.
        _reading.Cursor = ByteString.CopyFrom((await ReadToAsync(window)).ToCursor(_scope!));
    }

    // The device that reads for itself goes from the same cursor to at least the window's end; nothing was written since.
    private async Task<LivePosition> ReadToAsync(LiveWindow window)
    {
        await _reading.SyncAsync();
        Assert.Equal(Text(_reading.Rows), Text(_rows));
        _position = window.To;
        return window.To;
    }

    private static IEnumerable<string> Text(Dictionary<(EntityType Type, string Id), Entity> rows) =>
        rows.OrderBy(row => row.Key).Select(row => row.Value.ToString());

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
            default:
                Assert.Fail("nothing is withdrawn in memory");
                break;
        }
    }
}
