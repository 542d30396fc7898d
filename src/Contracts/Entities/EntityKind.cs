using System.Collections.Immutable;
using Google.Protobuf.WellKnownTypes;
using KhsCrm.Contracts.Values;
using KhsCrm.V1;

namespace KhsCrm.Contracts.Entities;

/// <summary>
/// All there is to know of one kind of entity, for code that works on any: rules, defaults, scope, versions, columns and the
/// device's tables follow from it.
/// </summary>
public abstract class EntityKind
{
    private protected EntityKind(EntityType type, string name, string table) => (Type, Name, Table) = (type, name, table);

    /// <summary>The kind on the wire.</summary>
    public EntityType Type { get; }

    /// <summary>The kind in SQL and JSON: singular, snake case, such as <c>job_assignment</c>.</summary>
    public string Name { get; }

    /// <summary>The table of the schema.</summary>
    public string Table { get; }

    /// <summary>Who may see the rows.</summary>
    public EntityRoute Route { get; init; } = new(Audience.Owner);

    /// <summary>What workers may do with them.</summary>
    public WorkerRights Workers { get; init; } = WorkerRights.None;

    /// <summary>What is done instead of deleting rows of this kind; null where they are deleted.</summary>
    public string? InsteadOfDelete { get; init; }

    /// <summary>The names of the fields that a create may set, in proto order, without <c>id</c>. Empty when read only.</summary>
    public abstract IReadOnlyList<string> Fields { get; }

    /// <summary>The names of the fields that an update may set.</summary>
    public abstract IReadOnlyList<string> UpdatableFields { get; }

    /// <summary>The kinds that a client's values have to name, with the field of each.</summary>
    public abstract ImmutableArray<(string Field, EntityType Type)> References { get; }

    /// <summary>The names of all fields but the etag, in proto order.</summary>
    public abstract IReadOnlyList<string> AllFields { get; }

    /// <summary>The field that is the version.</summary>
    public abstract string VersionField { get; }

    /// <summary>Whether clients may write this kind at all.</summary>
    public bool IsWritable => Fields.Count > 0;

    /// <summary>Calls back with the message type.</summary>
    public abstract TResult Accept<TResult>(IEntityKindVisitor<TResult> visitor);

    /// <summary>Reads the id of a row of this kind.</summary>
    public abstract string GetId(Entity entity);

    /// <summary>Reads a field that holds an id; null when it is unset.</summary>
    public abstract string? GetId(Entity entity, string field);

    /// <summary>The id of the job or customer that decides who sees a row; null where none does.</summary>
    public string? GetRouteId(Entity entity) => Route.Field.Length > 0 ? GetId(entity, Route.Field) : null;

    /// <summary>The version of a row; null when it was never stored.</summary>
    public abstract Timestamp? GetVersion(Entity entity);

    /// <summary>A row of this kind with nothing but an id.</summary>
    public abstract Entity CreateEmpty(string id);

    /// <summary>Whether two rows of this kind hold the same value in a field of <see cref="AllFields"/>.</summary>
    public abstract bool HasSameValue(string field, Entity left, Entity right);

    /// <summary>Whether a field of <see cref="AllFields"/> is unset.</summary>
    public abstract bool IsUnset(string field, Entity entity);

    /// <summary>Copies a field of <see cref="AllFields"/>, unset included.</summary>
    public abstract void Copy(string field, Entity source, Entity target);

    /// <summary>Checks the value of a field of <see cref="Fields"/>.</summary>
    /// <param name="field">The field.</param>
    /// <param name="entity">The row.</param>
    /// <param name="isCreate">Whether the row is new: what is unset then gets its default.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    public abstract FieldViolation? Check(string field, Entity entity, bool isCreate);

    /// <summary>Checks what spans several fields of a row as it would be.</summary>
    public abstract FieldViolation? CheckWhole(Entity entity);

    /// <summary>Gives a new row the schema's defaults, where its maker said nothing.</summary>
    public abstract void SetDefaults(Entity entity);

    /// <summary>Sets what only the service sets.</summary>
    /// <param name="entity">The row as it is to be.</param>
    /// <param name="before">The row as it was; null for a new one.</param>
    /// <param name="userId">Who writes.</param>
    /// <param name="now">The time of the write.</param>
    public abstract void SetServiceFields(Entity entity, Entity? before, string userId, Timestamp now);

    /// <summary>Sets what only the database sets, for a row that is shown before it is stored.</summary>
    /// <inheritdoc cref="SetServiceFields"/>
    public abstract void GuessTimes(Entity entity, bool isNew, Timestamp now);
}
