using KhsCrm.Contracts.Entities;
using KhsCrm.V1;

namespace KhsCrm.Storage.Push;

/// <summary>
/// The conflict rule, field by field (DESIGN §5): a field still as the device saw it is set; one already equal is left
/// alone; one that somebody else changed meanwhile is set too, and named with the value it overwrites.
/// </summary>
/// <param name="IsChanged">Whether any field gets another value.</param>
/// <param name="Conflicting">The fields that somebody else changed meanwhile.</param>
/// <param name="Overwritten">A row with nothing but the overwritten values.</param>
internal sealed record FieldMerge(bool IsChanged, List<string> Conflicting, Entity Overwritten)
{
    public static FieldMerge Apply(EntityKind kind, Operation operation, Entity current, Entity row)
    {
        var isChanged = false;
        List<string> conflicting = [];
        var overwritten = kind.CreateEmpty(kind.GetId(current));
        foreach (var field in operation.UpdateMask.Paths.Distinct())
        {
            if (kind.HasSameValue(field, operation.Entity, current))
                continue;
            if (operation.Seen is not null && !kind.HasSameValue(field, operation.Seen, current))
            {
                conflicting.Add(field);
                kind.Copy(field, current, overwritten);
            }

            kind.Copy(field, operation.Entity, row);
            isChanged = true;
        }

        return new FieldMerge(isChanged, conflicting, overwritten);
    }
}
