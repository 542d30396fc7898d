using KhsCrm.Contracts.Entities;
using KhsCrm.Contracts.Values;
using KhsCrm.V1;

namespace KhsCrm.Contracts.Rules;

/// <summary>
/// The rules that a row keeps by itself, the same on a device and on the server: lengths, ranges, formats. They mirror
/// the constraints of the schema, so that a bad edit is refused where it is made.
/// </summary>
public static class EntityRules
{
    /// <summary>Checks a whole new row.</summary>
    /// <returns>What is wrong; empty when nothing is.</returns>
    public static IReadOnlyList<FieldViolation> CheckCreate(Entity entity) =>
        Check(entity, EntityKinds.Of(entity)?.Fields ?? [], isCreate: true);

    /// <summary>Checks the given fields of a row that exists, and its id.</summary>
    /// <param name="entity">The row.</param>
    /// <param name="fields">Proto field names, each one of <see cref="EntityKind.Fields"/>.</param>
    /// <returns>What is wrong; empty when nothing is.</returns>
    public static IReadOnlyList<FieldViolation> Check(Entity entity, IEnumerable<string> fields) => Check(entity, fields, isCreate: false);

    /// <summary>Checks what spans several fields: a job does not end before it starts.</summary>
    /// <param name="entity">The row as it would be.</param>
    public static FieldViolation? CheckWhole(Entity entity) => EntityKinds.Of(entity)?.CheckWhole(entity);

    private static List<FieldViolation> Check(Entity entity, IEnumerable<string> fields, bool isCreate)
    {
        if (EntityKinds.Of(entity) is not { } kind)
            return [new("entity", "must be set")];
        if (!kind.IsWritable)
            return [new("entity", "is read only")];
        List<FieldViolation> violations = [];
        if (kind.Check("id", entity, isCreate) is { } badId)
            violations.Add(badId);
        foreach (var field in fields)
        {
            if (kind.Check(field, entity, isCreate) is { } violation)
                violations.Add(violation);
        }

        return violations;
    }
}
