using KhsCrm.V1;

namespace KhsCrm.Storage.Live;

/// <summary>
/// What of a window changes what somebody may see. Whom it concerns reads the window through the delta reader, which knows
/// how to give and to withdraw; routing in memory is for everybody else, whose scope stands still.
/// </summary>
internal sealed class ScopeEvents
{
    private readonly HashSet<Guid> _reassigned = [];
    private readonly HashSet<Guid> _movedJobs = [];
    private readonly HashSet<Guid> _endedSessions = [];
    private readonly HashSet<Guid> _goneUsers = [];
    private readonly Dictionary<Guid, Role> _users = [];

    /// <summary>An assignment of a user was made, changed or ended.</summary>
    public void Reassign(Guid userId) => _reassigned.Add(userId);

    /// <summary>A job moved to another customer.</summary>
    public void MoveJob(Guid jobId) => _movedJobs.Add(jobId);

    /// <summary>A session ended.</summary>
    public void EndSession(Guid sessionId) => _endedSessions.Add(sessionId);

    /// <summary>A user was deleted.</summary>
    public void DeleteUser(Guid userId) => _goneUsers.Add(userId);

    /// <summary>A user's row changed.</summary>
    public void ChangeUser(User user) =>
        _users[Guid.Parse(user.Id)] = user.IsActive ? user.Role : Role.Unspecified;

    /// <summary>Whether a stream must read for itself.</summary>
    public bool Concern(LiveScope scope, Guid sessionId)
    {
        if (_endedSessions.Contains(sessionId)
            || _goneUsers.Contains(scope.UserId)
            || (_users.TryGetValue(scope.UserId, out var role) && role != scope.Reader.Role))
        {
            return true;
        }

        return !scope.IsOwner && (_reassigned.Contains(scope.UserId) || _movedJobs.Any(scope.HasJob));
    }
}
