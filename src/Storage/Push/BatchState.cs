using KhsCrm.Contracts.Entities;
using KhsCrm.Contracts.Values;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;

namespace KhsCrm.Storage.Push;

/// <summary>The rows that a batch is about, as they are after the operations planned so far.</summary>
internal sealed class BatchState
{
    private readonly Dictionary<(EntityType Type, Guid Id), Entity?> _rows = [];
    private readonly HashSet<(EntityType Type, Guid Id)> _tombstones = [];
    private readonly HashSet<(Guid JobId, Guid UserId)> _assignments = [];
    private readonly HashSet<Guid> _activeOwners = [];
    private readonly HashSet<Guid> _signInIds = [];
    private readonly Dictionary<string, Guid> _emails = [];
    private readonly Dictionary<(EntityType Type, Guid Id, Guid UserId), List<((DateTime, long) Place, Guid WaitsFor)>> _waiting = [];

    public Entity? Find(EntityType type, Guid id) => _rows.GetValueOrDefault((type, id));

    public bool Exists(EntityType type, string id) =>
        Uuid.TryParse(id, out var guid) && _rows.GetValueOrDefault((type, guid)) is not null;

    public bool IsDeleted(EntityType type, Guid id) => _tombstones.Contains((type, id));

    public bool IsAssigned(string jobId, Guid userId) =>
        Uuid.TryParse(jobId, out var guid) && _assignments.Contains((guid, userId));

    public bool IsEmailTaken(string email, Guid byOtherThan) =>
        _emails.TryGetValue(email.ToLowerInvariant(), out var holder) && holder != byOtherThan;

    /// <summary>
    /// Whether a user is the last active owner who can sign in; where there is none, the last active one.
    /// </summary>
    public bool IsLastActiveOwner(Guid userId)
    {
        var able = _activeOwners.Count(_signInIds.Contains);
        return able == 0
            ? _activeOwners.Count == 1 && _activeOwners.Contains(userId)
            : able == 1 && _activeOwners.Contains(userId) && _signInIds.Contains(userId);
    }

    /// <summary>Notes a user who has a password to sign in with.</summary>
    public void AddSignIn(Guid userId) => _signInIds.Add(userId);

    public void AddTombstone(EntityType type, Guid id) => _tombstones.Add((type, id));

    public void AddAssignment(Guid jobId, Guid userId) => _assignments.Add((jobId, userId));

    /// <summary>Notes an operation of a user that waits: what they do to its row later waits behind it.</summary>
    public void AddWaiting(
        (EntityType Type, Guid Id, Guid UserId) row, (DateTime ReceivedAt, long ClientSeq) place, Guid waitsFor)
    {
        if (!_waiting.TryGetValue(row, out var waiting))
            _waiting.Add(row, waiting = []);
        waiting.Add((place, waitsFor));
    }

    /// <summary>What an operation has to wait for because an earlier one on its row does; null when there is none.</summary>
    public Guid? FindWaitingBefore(
        (EntityType Type, Guid Id, Guid UserId) row, (DateTime ReceivedAt, long ClientSeq) place)
    {
        foreach (var (earlier, waitsFor) in _waiting.GetValueOrDefault(row) ?? [])
        {
            if (earlier.CompareTo(place) <= 0)
                return waitsFor;
        }

        return null;
    }

    /// <summary>Takes over a row as it was loaded or as it was just planned.</summary>
    public void Set(EntityTable table, Guid id, Entity row)
    {
        if (Find(table.Kind.Type, id)?.User is { } before && IsHeldBy(before.Email, id))
            _emails.Remove(before.Email.ToLowerInvariant());
        _rows[(table.Kind.Type, id)] = row;
        if (row.JobAssignment is { } assignment)
            _assignments.Add((Guid.Parse(assignment.JobId), Guid.Parse(assignment.UserId)));
        if (row.User is { } user)
        {
            _emails[user.Email.ToLowerInvariant()] = id;
            if (user is { Role: Role.Owner, IsActive: true, IsService: false })
                _activeOwners.Add(id);
            else
                _activeOwners.Remove(id);
        }
    }

    /// <summary>Takes a row away, and with a job what hangs on it.</summary>
    public void Remove(EntityTable table, Guid id)
    {
        var row = Find(table.Kind.Type, id);
        _rows[(table.Kind.Type, id)] = null;
        AddTombstone(table.Kind.Type, id);
        if (row?.JobAssignment is { } assignment)
            _assignments.Remove((Guid.Parse(assignment.JobId), Guid.Parse(assignment.UserId)));
        if (table.Kind.Type != EntityType.Job)
            return;
        foreach (var (key, child) in _rows.Where(entry => IsOf(entry.Value, id.ToString())).ToList())
        {
            _rows[key] = null;
            AddTombstone(key.Type, key.Id);
        }

        _assignments.RemoveWhere(pair => pair.JobId == id);
    }

    private bool IsHeldBy(string email, Guid userId) =>
        _emails.TryGetValue(email.ToLowerInvariant(), out var holder) && holder == userId;

    private static bool IsOf(Entity? row, string jobId) =>
        row is not null && EntityKinds.Of(row) is { Route.IsOfJob: true } kind && kind.GetRouteId(row) == jobId;
}
