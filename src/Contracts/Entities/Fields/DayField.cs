using Google.Protobuf;
using KhsCrm.Contracts.Values;
using Date = Google.Type.Date;
namespace KhsCrm.Contracts.Entities.Fields;

/// <summary>A calendar day; null is unset.</summary>
/// <typeparam name="T">The entity's message.</typeparam>
/// <param name="name">The name in the contract.</param>
/// <param name="get">Reads it.</param>
/// <param name="set">Sets it.</param>
public sealed class DayField<T>(string name, Func<T, Date?> get, Action<T, Date?> set) : EntityField<T>(name)
    where T : class, IMessage<T>
{
    /// <summary>Reads it.</summary>
    public Func<T, Date?> Get { get; } = get;

    /// <summary>Sets it.</summary>
    public Action<T, Date?> Set { get; } = set;

    /// <inheritdoc/>
    public override bool HasSameValue(T left, T right) => Equals(Get(left), Get(right));

    /// <inheritdoc/>
    public override void Copy(T source, T target) => Set(target, Get(source)?.Clone());

    /// <inheritdoc/>
    public override FieldViolation? Check(T row, bool isCreate) => ValueRules.Day(Name, Get(row));
}
