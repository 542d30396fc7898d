using Google.Protobuf;
using KhsCrm.Contracts.Values;

namespace KhsCrm.Contracts.Entities.Fields;

/// <summary>One of the values of an enum, by number; 0 is unset.</summary>
/// <typeparam name="T">The entity's message.</typeparam>
/// <param name="name">The name in the contract.</param>
/// <param name="get">Reads it.</param>
/// <param name="set">Sets it.</param>
public sealed class EnumField<T>(string name, Func<T, int> get, Action<T, int> set) : ValueField<T, int>(name, get, set)
    where T : class, IMessage<T>, new()
{
    /// <summary>The names of the values.</summary>
    public EnumNames Names { get; } = EnumNames.Of(new T().Descriptor.FindFieldByName(name).EnumType);

    /// <summary>What a new row gets; 0 for nothing.</summary>
    public int Default { get; init; }

    /// <inheritdoc/>
    public override FieldViolation? Check(T row, bool isCreate) => Get(row) switch
    {
        0 when isCreate && Default != 0 => null,
        0 => new(Name, $"must be {Names.List}"),
        var value when !Names.Has(value) => new(Name, $"{value} is not a {Names.Type}", V1.ErrorReason.EnumValueUnknown),
        _ => null,
    };

    /// <inheritdoc/>
    public override void SetDefault(T row)
    {
        if (Get(row) == 0)
            Set(row, Default);
    }
}
