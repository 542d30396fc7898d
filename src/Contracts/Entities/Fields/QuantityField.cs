using Google.Protobuf;
using KhsCrm.Contracts.Values;

namespace KhsCrm.Contracts.Entities.Fields;

/// <summary>A decimal, as text.</summary>
/// <typeparam name="T">The entity's message.</typeparam>
/// <param name="name">The name in the contract.</param>
/// <param name="get">Reads it.</param>
/// <param name="set">Sets it.</param>
public sealed class QuantityField<T>(string name, Func<T, string> get, Action<T, string> set) : ValueField<T, string>(name, get, set)
    where T : class, IMessage<T>
{
    /// <summary>What a new row gets; empty for nothing.</summary>
    public string Default { get; init; } = "";

    /// <inheritdoc/>
    public override bool HasSameValue(T left, T right) => Quantity.AreEqual(Get(left), Get(right));

    /// <inheritdoc/>
    public override FieldViolation? Check(T row, bool isCreate) => ValueRules.Quantity(Name, Get(row));

    /// <inheritdoc/>
    public override void SetDefault(T row)
    {
        if (Get(row).Length == 0)
            Set(row, Default);
    }
}
