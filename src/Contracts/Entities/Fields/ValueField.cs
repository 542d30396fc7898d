using Google.Protobuf;

namespace KhsCrm.Contracts.Entities.Fields;

/// <summary>A field that holds one value.</summary>
/// <typeparam name="T">The entity's message.</typeparam>
/// <typeparam name="TValue">What it holds.</typeparam>
/// <param name="name">The name in the contract.</param>
/// <param name="get">Reads it.</param>
/// <param name="set">Sets it.</param>
public abstract class ValueField<T, TValue>(string name, Func<T, TValue> get, Action<T, TValue> set) : EntityField<T>(name)
    where T : class, IMessage<T>
{
    /// <summary>Reads it.</summary>
    public Func<T, TValue> Get { get; } = get;

    /// <summary>Sets it.</summary>
    public Action<T, TValue> Set { get; } = set;

    /// <inheritdoc/>
    public override bool HasSameValue(T left, T right) => EqualityComparer<TValue>.Default.Equals(Get(left), Get(right));

    /// <inheritdoc/>
    public override void Copy(T source, T target) => Set(target, Get(source));
}
