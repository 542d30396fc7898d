using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
namespace KhsCrm.Contracts.Entities.Fields;

/// <summary>A JSON object; null is unset.</summary>
/// <typeparam name="T">The entity's message.</typeparam>
/// <param name="name">The name in the contract.</param>
/// <param name="get">Reads it.</param>
/// <param name="set">Sets it.</param>
public sealed class DetailsField<T>(string name, Func<T, Struct?> get, Action<T, Struct?> set) : EntityField<T>(name)
    where T : class, IMessage<T>
{
    /// <summary>Reads it.</summary>
    public Func<T, Struct?> Get { get; } = get;

    /// <summary>Sets it.</summary>
    public Action<T, Struct?> Set { get; } = set;

    /// <inheritdoc/>
    public override bool HasSameValue(T left, T right) => Equals(Get(left), Get(right));

    /// <inheritdoc/>
    public override void Copy(T source, T target) => Set(target, Get(source)?.Clone());
}
