using Google.Protobuf;
using KhsCrm.Contracts.Values;
using Date = Google.Type.Date;

namespace KhsCrm.Contracts.Entities.Fields;

/// <summary>A calendar day; null is unset.</summary>
/// <typeparam name="T">The entity's message.</typeparam>
/// <param name="name">The name in the contract.</param>
/// <param name="get">Reads it.</param>
/// <param name="set">Sets it.</param>
public sealed class DayField<T>(string name, Func<T, Date?> get, Action<T, Date?> set) : MessageField<T, Date>(name, get, set)
    where T : class, IMessage<T>
{
    /// <inheritdoc/>
    public override FieldViolation? Check(T row, bool isCreate) => ValueRules.Day(Name, Get(row));
}
