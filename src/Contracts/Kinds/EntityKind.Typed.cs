using Google.Protobuf;
using KhsCrm.V1;

namespace KhsCrm.Contracts.Kinds;

/// <summary>An <see cref="EntityKind"/> with its message type.</summary>
/// <typeparam name="T">The entity's message.</typeparam>
public sealed class EntityKind<T> : EntityKind
    where T : class, IMessage<T>, new()
{
    private readonly Dictionary<string, EntityField<T>> _fields;
    private readonly Func<Entity, T?> _unwrap;
    private readonly Action<Entity, T> _wrap;
    private readonly Func<T, string> _getId;
    private readonly Action<T, string> _setId;

    internal EntityKind(
        EntityType type,
        string name,
        Func<Entity, T?> unwrap,
        Action<Entity, T> wrap,
        Func<T, string> getId,
        Action<T, string> setId,
        params EntityField<T>[] fields)
        : base(type, name)
    {
        (_unwrap, _wrap, _getId, _setId) = (unwrap, wrap, getId, setId);
        _fields = fields.ToDictionary(field => field.Name, StringComparer.Ordinal);
        Fields = [.. fields.Select(field => field.Name)];
        UpdatableFields = [.. fields.Where(field => !field.IsCreateOnly).Select(field => field.Name)];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Fields { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> UpdatableFields { get; }

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
    public string GetId(T row) => _getId(row);

    /// <inheritdoc/>
    public override string GetId(Entity entity) => _getId(Unwrap(entity));

    /// <inheritdoc/>
    public override Entity CreateEmpty(string id)
    {
        var row = new T();
        _setId(row, id);
        return Wrap(row);
    }

    /// <inheritdoc/>
    public override bool HasSameValue(string field, Entity left, Entity right) =>
        _fields[field].HasSameValue(Unwrap(left), Unwrap(right));

    /// <inheritdoc/>
    public override void Copy(string field, Entity source, Entity target) => _fields[field].Copy(Unwrap(source), Unwrap(target));
}
