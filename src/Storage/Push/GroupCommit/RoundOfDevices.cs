using System.Diagnostics.CodeAnalysis;

namespace KhsCrm.Storage.Push.GroupCommit;

/// <summary>Those who wait for room: a line for each device, and the lines in a round. Not thread-safe.</summary>
internal sealed class RoundOfDevices
{
    private readonly Dictionary<Guid, Queue<TaskCompletionSource>> _lines = [];
    private readonly Queue<Guid> _round = [];

    public bool IsEmpty => _round.Count == 0;

    /// <summary>Puts somebody at the end of their device's line.</summary>
    public void Add(Guid device, TaskCompletionSource waiting)
    {
        if (!_lines.TryGetValue(device, out var line))
        {
            _lines.Add(device, line = []);
            _round.Enqueue(device);
        }

        line.Enqueue(waiting);
    }

    /// <summary>Takes the first of the device whose turn it is.</summary>
    public bool TryTake([NotNullWhen(true)] out TaskCompletionSource? waiting)
    {
        waiting = null;
        if (!_round.TryDequeue(out var device))
            return false;
        var line = _lines[device];
        waiting = line.Dequeue();
        if (line.Count > 0)
            _round.Enqueue(device);
        else
            _lines.Remove(device);
        return true;
    }
}
