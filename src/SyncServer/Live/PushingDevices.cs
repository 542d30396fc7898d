namespace KhsCrm.SyncServer.Live;

/// <summary>
/// The devices whose outbox may have moved since the pump looked: those that push now, and those that did. A checkpoint
/// that includes a push then says so, because the device is asked for in the very read that may show the push.
/// </summary>
internal sealed class PushingDevices
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, int> _open = [];
    private readonly HashSet<Guid> _moved = [];

    /// <summary>A device begins to push.</summary>
    public void Begin(Guid deviceId)
    {
        lock (_lock)
            _open[deviceId] = _open.GetValueOrDefault(deviceId) + 1;
    }

    /// <summary>A push is over, whatever became of it.</summary>
    public void End(Guid deviceId)
    {
        lock (_lock)
        {
            if (--_open[deviceId] == 0)
                _open.Remove(deviceId);
            _moved.Add(deviceId);
        }
    }

    /// <summary>Devices may have pushed somewhere else.</summary>
    public void Add(IEnumerable<Guid> devices)
    {
        lock (_lock)
            _moved.UnionWith(devices);
    }

    /// <summary>The devices to ask for. Those of a read that fails are to be added again.</summary>
    public Guid[] Take()
    {
        lock (_lock)
        {
            Guid[] devices = [.. _open.Keys, .. _moved.Where(device => !_open.ContainsKey(device))];
            _moved.Clear();
            return devices;
        }
    }
}
