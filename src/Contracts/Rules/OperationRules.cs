using KhsCrm.Contracts.Entities;
using KhsCrm.Contracts.Values;
using KhsCrm.V1;

namespace KhsCrm.Contracts.Rules;

/// <summary>The rules that an operation keeps by itself, the same on a device and on the server.</summary>
public static class OperationRules
{
    /// <summary>Checks an operation before anything is looked up.</summary>
    /// <returns>What is wrong; empty when nothing is. Fields of the row are named without a prefix.</returns>
    public static IReadOnlyList<FieldViolation> Check(Operation operation)
    {
        List<FieldViolation> violations = [];
        Add(ValueRules.Id("operation.id", operation.Id));
        Add(operation.Kind == OperationKind.Unspecified
            ? new("operation.kind", "must be CREATE, UPDATE or DELETE")
            : ValueRules.Known("operation.kind", operation.Kind));
        Add(ValueRules.Known("operation.conflict_policy", operation.ConflictPolicy));

        var kind = operation.Entity is null ? null : EntityKinds.Of(operation.Entity);
        if (kind is null)
            Add(new("operation.entity", "must be set"));
        else if (!kind.IsWritable)
            Add(new("operation.entity", $"a {kind.Name} is read only"));
        else if (operation.Seen is not null && EntityKinds.Of(operation.Seen) != kind)
            Add(new("operation.seen", $"must be a {kind.Name} like the entity"));
        else if (violations.Count == 0)
            violations.AddRange(CheckByKind(operation, kind));
        return violations;

        void Add(FieldViolation? violation)
        {
            if (violation is not null)
                violations.Add(violation);
        }
    }

    /// <summary>
    /// Checks what a device's operation needs besides. A typed RPC compares by etag instead of <c>seen</c>, and has a
    /// password for a new user.
    /// </summary>
    /// <param name="operation">An operation that <see cref="Check"/> found nothing wrong with.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static FieldViolation? CheckPushed(Operation operation) => operation switch
    {
        { Kind: OperationKind.Create, Entity.User: not null } =>
            new("operation.kind", "a user is made by CreateUser, with a password to sign in with"),
        { Kind: OperationKind.Delete, Seen: null } =>
            new("operation.seen", "must be set: a delete needs the row as the device saw it"),
        { Kind: OperationKind.Update, ConflictPolicy: ConflictPolicy.Reject, Seen: null } =>
            new("operation.seen", "must be set: REJECT compares with what the device saw"),
        _ => null,
    };

    private static IReadOnlyList<FieldViolation> CheckByKind(Operation operation, EntityKind kind) => operation.Kind switch
    {
        OperationKind.Create => EntityRules.CheckCreate(operation.Entity),
        OperationKind.Update => CheckUpdate(operation, kind),
        _ when kind.InsteadOfDelete is { } done => [new("operation.kind", $"a {kind.Name} is {done}, not deleted")],
        _ => EntityRules.Check(operation.Entity, []),
    };

    private static IReadOnlyList<FieldViolation> CheckUpdate(Operation operation, EntityKind kind)
    {
        if (operation.UpdateMask is not { Paths.Count: > 0 })
            return [new("operation.update_mask", "must name at least one field")];
        foreach (var path in operation.UpdateMask.Paths)
        {
            if (!kind.UpdatableFields.Contains(path))
                return [new("operation.update_mask", $"'{path}' is not a field of {kind.Name} that an update can set")];
        }

        return EntityRules.Check(operation.Entity, operation.UpdateMask.Paths);
    }
}
