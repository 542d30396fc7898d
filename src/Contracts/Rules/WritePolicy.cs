using KhsCrm.Contracts.Entities;
using KhsCrm.V1;

namespace KhsCrm.Contracts.Rules;

/// <summary>
/// Who may write what (DESIGN §8), the one place for it: pushes, typed RPCs and a device offline all ask here. An owner
/// may write everything. What a row is, and whether a worker is assigned to its job, the caller knows.
/// </summary>
public static class WritePolicy
{
    /// <summary>Whether the role may make, change or delete this kind of row at all.</summary>
    /// <param name="role">The user's role.</param>
    /// <param name="operation">An operation that <see cref="OperationRules"/> found nothing wrong with.</param>
    public static bool AllowsKind(Role role, Operation operation)
    {
        if (role != Role.Worker)
            return role == Role.Owner;
        var kind = EntityKinds.Of(operation.Entity)!;
        return operation.Kind switch
        {
            OperationKind.Create => kind.Workers.MayCreate
                && kind.Fields.All(field => kind.Workers.Fields.Contains(field) || kind.IsUnset(field, operation.Entity)),
            OperationKind.Update => operation.UpdateMask.Paths.All(kind.Workers.Fields.Contains),
            _ => false,
        };
    }

    /// <summary>
    /// Whether the role may do what is no operation on a row: see the dashboard and the audit trail, set another user's
    /// password, run the service.
    /// </summary>
    public static bool AllowsAdministration(Role role) => role == Role.Owner;

    /// <summary>Whether the role may make this change of a job's status: only an owner reopens.</summary>
    public static bool AllowsTransition(Role role, JobStatus from, JobStatus to) =>
        role == Role.Owner || !JobStatusTransitions.IsOwnersOnly(from, to);
}
