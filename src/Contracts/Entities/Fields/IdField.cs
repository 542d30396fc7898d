using Google.Protobuf;
using KhsCrm.Contracts.Values;
using KhsCrm.V1;

namespace KhsCrm.Contracts.Entities.Fields;

/// <summary>The id of a row; null is unset.</summary>
/// <typeparam name="T">The entity's message.</typeparam>
/// <param name="name">The name in the contract.</param>
/// <param name="get">Reads it.</param>
/// <param name="set">Sets it.</param>
public sealed class IdField<T>(string name, Func<T, string?> get, Action<T, string?> set) : ValueField<T, string?>(name, get, set)
    where T : class, IMessage<T>
{
    /// <summary>The kind of row that a client's value has to name; unspecified for any, or for none.</summary>
    public EntityType References { get; init; }

    /// <summary>Whether it is the user who wrote the row; by <see cref="FieldWriter.ServiceOnCreate"/>, who made it.</summary>
    public bool NamesWriter { get; init; }

    /// <inheritdoc/>
    public override FieldViolation? Check(T row, bool isCreate) => ValueRules.Id(Name, Get(row));
}
