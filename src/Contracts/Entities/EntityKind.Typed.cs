using System.Collections.Immutable;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using KhsCrm.Contracts.Entities.Fields;
using KhsCrm.Contracts.Values;
using KhsCrm.V1;

namespace KhsCrm.Contracts.Entities;

/// <summary>An <see cref="EntityKind"/> with its message type.</summary>
/// <typeparam name="T">The entity's message.</typeparam>
public sealed class EntityKind<T> : EntityKind
    where T : class, IMessage<T>, new()
{
    private static readonly T Empty = new();

    private readonly Dictionary<string, EntityField<T>> _fields;
    private readonly IdField<T> _id;
    private readonly TimeField<T> _version;
    private readonly TimeField<T>? _creation;
    private readonly IdField<T>[] _writers;
    private readonly IdField<T>[] _writersOfNew;
    private readonly Func<Entity, T?> _unwrap;
    private readonly Action<Entity, T> _wrap;

    internal EntityKind(
        EntityType type, string name, string table, Func<Entity, T?> unwrap, Action<Entity, T> wrap, params EntityField<T>[] fields)
        : base(type, name, table)
    {
        (_unwrap, _wrap, TypedFields) = (unwrap, wrap, fields);
        _fields = fields.ToDictionary(field => field.Name, StringComparer.Ordinal);
        _id = (IdField<T>)_fields["id"];
        _version = fields.OfType<TimeField<T>>().Single(field => field.IsVersion);
        _creation = fields.OfType<TimeField<T>>().SingleOrDefault(field => field.IsCreation);
        _writers = [.. fields.OfType<IdField<T>>().Where(field => field.NamesWriter && field.Writer == FieldWriter.Service)];
        _writersOfNew = [.. fields.OfType<IdField<T>>().Where(field => field.NamesWriter)];
        AllFields = [.. fields.Select(field => field.Name)];
        Fields = [.. fields.Where(field => field.IsCreatable && field != _id).Select(field => field.Name)];
        UpdatableFields = [.. fields.Where(field => field.IsUpdatable).Select(field => field.Name)];
        References = [.. fields.OfType<IdField<T>>().Where(field => field.References != EntityType.Unspecified).Select(field => (field.Name, field.References))];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Fields { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> UpdatableFields { get; }

    /// <inheritdoc/>
    public override ImmutableArray<(string Field, EntityType Type)> References { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> AllFields { get; }

    /// <inheritdoc/>
    public override string VersionField => _version.Name;

    /// <summary>The fields, in proto order.</summary>
    public IReadOnlyList<EntityField<T>> TypedFields { get; }

    /// <summary>Reads and sets the etag, which typed RPCs answer with and nothing stores; null for a kind without.</summary>
    public (Func<T, string> Get, Action<T, string> Set)? Etag { get; init; }

    /// <summary>Sets what only the service sets, beyond who wrote: the row as it is to be, as it was, who writes, when.</summary>
    internal Action<T, T?, string, Timestamp>? OnWrite { get; init; }

    /// <summary>Checks what spans several fields.</summary>
    internal Func<T, FieldViolation?>? WholeRule { get; init; }

    /// <inheritdoc/>
    public override TResult Accept<TResult>(IEntityKindVisitor<TResult> visitor) => visitor.Visit(this);

    /// <summary>Takes the row out of its envelope.</summary>
    /// <exception cref="ArgumentException">The envelope holds another kind.</exception>
    public T Unwrap(Entity entity) =>
        _unwrap(entity) ?? throw new ArgumentException($"Expected a {Name}, got {entity.RowCase}.", nameof(entity));

    /// <summary>Puts a row into an envelope.</summary>
    public Entity Wrap(T row)
    {
        var entity = new Entity();
        _wrap(entity, row);
        return entity;
    }

    /// <summary>Reads the id of a row.</summary>
    public string GetId(T row) => _id.Get(row)!;

    /// <inheritdoc/>
    public override string GetId(Entity entity) => GetId(Unwrap(entity));

    /// <inheritdoc/>
    public override string? GetId(Entity entity, string field) => ((IdField<T>)_fields[field]).Get(Unwrap(entity));

    /// <summary>The version of a row; null when it was never stored.</summary>
    public Timestamp? GetVersion(T row) => _version.Get(row);

    /// <inheritdoc/>
    public override Timestamp? GetVersion(Entity entity) => GetVersion(Unwrap(entity));

    /// <inheritdoc/>
    public override Entity CreateEmpty(string id)
    {
        var row = new T();
        _id.Set(row, id);
        return Wrap(row);
    }

    /// <inheritdoc/>
    public override bool HasSameValue(string field, Entity left, Entity right) =>
        _fields[field].HasSameValue(Unwrap(left), Unwrap(right));

    /// <inheritdoc/>
    public override bool IsUnset(string field, Entity entity) => _fields[field].HasSameValue(Unwrap(entity), Empty);

    /// <inheritdoc/>
    public override void Copy(string field, Entity source, Entity target) => _fields[field].Copy(Unwrap(source), Unwrap(target));

    /// <inheritdoc/>
    public override FieldViolation? Check(string field, Entity entity, bool isCreate) => _fields[field].Check(Unwrap(entity), isCreate);

    /// <inheritdoc/>
    public override FieldViolation? CheckWhole(Entity entity) => WholeRule?.Invoke(Unwrap(entity));

    /// <inheritdoc/>
    public override void SetDefaults(Entity entity)
    {
        var row = Unwrap(entity);
        foreach (var field in TypedFields)
            field.SetDefault(row);
    }

    /// <inheritdoc/>
    public override void SetServiceFields(Entity entity, Entity? before, string userId, Timestamp now)
    {
        var row = Unwrap(entity);
        foreach (var field in before is null ? _writersOfNew : _writers)
            field.Set(row, userId);
        OnWrite?.Invoke(row, before is null ? null : Unwrap(before), userId, now);
    }

    /// <inheritdoc/>
    public override void GuessTimes(Entity entity, bool isNew, Timestamp now)
    {
        var row = Unwrap(entity);
        if (isNew)
            _creation?.Set(row, now);
        // A device whose clock is slow does not make a row older.
        if (isNew || !(_version.Get(row)?.CompareTo(now) >= 0))
            _version.Set(row, now);
    }
}
