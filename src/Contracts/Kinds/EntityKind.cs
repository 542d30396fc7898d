using KhsCrm.V1;

namespace KhsCrm.Contracts.Kinds;

/// <summary>What code that works on any entity needs to know of one kind: its name, its fields, how to copy them.</summary>
public abstract class EntityKind
{
    private protected EntityKind(EntityType type, string name) => (Type, Name) = (type, name);

    /// <summary>The kind on the wire.</summary>
    public EntityType Type { get; }

    /// <summary>The kind in SQL and JSON: singular, snake case, such as <c>job_assignment</c>.</summary>
    public string Name { get; }

    /// <summary>The names of the fields that a create may set, in proto order, without <c>id</c>. Empty when read only.</summary>
    public abstract IReadOnlyList<string> Fields { get; }

    /// <summary>The names of the fields that an update may set.</summary>
    public abstract IReadOnlyList<string> UpdatableFields { get; }

    /// <summary>Whether clients may write this kind at all.</summary>
    public bool IsWritable => Fields.Count > 0;

    /// <summary>Reads the id of a row of this kind.</summary>
    public abstract string GetId(Entity entity);

    /// <summary>A row of this kind with nothing but an id.</summary>
    public abstract Entity CreateEmpty(string id);

    /// <summary>Whether two rows of this kind hold the same value in a field of <see cref="Fields"/>.</summary>
    public abstract bool HasSameValue(string field, Entity left, Entity right);

    /// <summary>Copies a field of <see cref="Fields"/>, unset included.</summary>
    public abstract void Copy(string field, Entity source, Entity target);
}
