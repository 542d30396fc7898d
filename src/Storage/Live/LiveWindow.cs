using KhsCrm.Storage.Deltas;
using KhsCrm.V1;

namespace KhsCrm.Storage.Live;

/// <summary>
/// Everything that was committed between two positions, read once and encoded once, for every stream of a server.
/// </summary>
public sealed class LiveWindow
{
    private readonly LiveRow[] _rows;
    private readonly ScopeEvents _events;
    private readonly Dictionary<Guid, List<int>> _routed = [];
    private readonly List<int> _everyone = [];
    private readonly Dictionary<KindSet, LiveChanges> _ofOwners = [];
    private readonly KindSet _kinds;

    internal LiveWindow(
        LivePosition from, LivePosition to, KindSet kinds, LiveRow[] rows, ScopeEvents events, IReadOnlyDictionary<Guid, long> devices)
    {
        (From, To, _kinds, _rows, _events, Devices, IsWhole) = (from, to, kinds, rows, events, devices, true);
        Array.Sort(_rows, static (left, right) => left.Key.CompareTo(right.Key));
        for (var i = 0; i < _rows.Length; i++)
        {
            Bytes += _rows[i].Bytes.Length;
            if (_rows[i].Audience == LiveAudience.Everyone)
                _everyone.Add(i);
            else if (_rows[i].Audience == LiveAudience.Routed)
                Bucket(_rows[i].RouteId).Add(i);
        }
    }

    private LiveWindow(LivePosition from, LivePosition to, Exception? fault)
    {
        (From, To, Fault, _rows, _events) = (from, to, fault, [], new ScopeEvents());
        Devices = new Dictionary<Guid, long>();
    }

    /// <summary>Where a stream must stand to take the window.</summary>
    public LivePosition From { get; }

    /// <summary>Where it stands afterwards.</summary>
    public LivePosition To { get; }

    /// <summary>Whether the window was read to its end; a larger one is for each stream's own catch-up.</summary>
    public bool IsWhole { get; }

    /// <summary>Whether there is nothing in it. <see cref="To"/> is then <see cref="From"/>, confirmed now.</summary>
    public bool IsEmpty { get; private init; }

    /// <summary>The bytes of all changes.</summary>
    public int Bytes { get; }

    /// <summary>How far the outbox of a device has been taken, at <see cref="To"/>; of the devices that were asked for.</summary>
    public IReadOnlyDictionary<Guid, long> Devices { get; }

    /// <summary>Why it was not read, when it was not for its size.</summary>
    public Exception? Fault { get; }

    /// <summary>A window that holds too much, or what cannot be read.</summary>
    internal static LiveWindow NotRead(LivePosition from, LivePosition to, Exception? fault = null) => new(from, to, fault);

    /// <summary>A window without anything that streams want: nobody moves.</summary>
    internal static LiveWindow Nothing(LivePosition from, LivePosition confirmed, KindSet kinds) =>
        new(from, confirmed, kinds, [], new ScopeEvents(), new Dictionary<Guid, long>()) { IsEmpty = true };

    /// <summary>Whether the window changed what a stream may see, or cannot tell: then the stream must read for itself.</summary>
    /// <param name="scope">The stream's.</param>
    /// <param name="sessionId">The session that holds the stream open.</param>
    public bool Concerns(LiveScope scope, Guid sessionId) =>
        !IsWhole || !_kinds.ContainsAll(scope.Kinds) || _events.Concern(scope, sessionId);

    /// <summary>What a stream gets of the window. Safe to call from several threads.</summary>
    /// <param name="scope">The stream's.</param>
    /// <param name="sessionId">The session that holds the stream open.</param>
    /// <returns>
    /// The changes, perhaps none; null when the window changed what the stream may see, so that it must read for itself.
    /// </returns>
    public LiveChanges? Route(LiveScope scope, Guid sessionId)
    {
        if (Concerns(scope, sessionId))
            return null;
        return scope.IsOwner ? ForOwners(scope.Kinds) : ForWorker(scope);
    }

    private LiveChanges ForOwners(KindSet kinds)
    {
        lock (_ofOwners)
        {
            if (!_ofOwners.TryGetValue(kinds, out var changes))
            {
                changes = Gather([.. _rows.Where(row => kinds.Contains(row.Type)).Select(row => row.Bytes)]);
                _ofOwners.Add(kinds, changes);
            }

            return changes;
        }
    }

    private LiveChanges ForWorker(LiveScope scope)
    {
        if (_everyone.Count == 0 && _routed.Count == 0)
            return LiveChanges.None;
        List<int> found = [.. _everyone];
        // The smaller side is walked: a window of one job for ten thousand workers, a worker of ten jobs in a large window.
        if (_routed.Count <= scope.Jobs.Count + scope.Customers.Count)
        {
            foreach (var (id, rows) in _routed)
            {
                if (scope.HasJob(id) || scope.HasCustomer(id))
                    found.AddRange(rows);
            }
        }
        else
        {
            foreach (var id in scope.Jobs.Concat(scope.Customers))
                found.AddRange(_routed.GetValueOrDefault(id) ?? []);
        }

        found.RemoveAll(i => !scope.Kinds.Contains(_rows[i].Type));
        found.Sort();
        return Gather([.. found.Select(i => ForWorker(_rows[i], scope.UserId))]);
    }

    private static byte[] ForWorker(LiveRow row, Guid userId) =>
        row.Type == EntityType.User && row.EntityId == userId ? row.Bytes : row.Redacted;

    private static LiveChanges Gather(byte[][] changes)
    {
        if (changes.Length == 0)
            return LiveChanges.None;
        var bytes = changes.Length == 1 ? changes[0] : new byte[changes.Sum(change => change.Length)];
        var offset = 0;
        for (var i = 0; i < changes.Length && changes.Length > 1; i++)
        {
            changes[i].CopyTo(bytes, offset);
            offset += changes[i].Length;
        }

        return new LiveChanges(bytes, changes.Length);
    }

    private List<int> Bucket(Guid id)
    {
        if (!_routed.TryGetValue(id, out var bucket))
            _routed.Add(id, bucket = []);
        return bucket;
    }
}
