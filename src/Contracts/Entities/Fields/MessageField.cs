using Google.Protobuf;

namespace KhsCrm.Contracts.Entities.Fields;

/// <summary>A field that holds a message, of which each row has its own; null is unset.</summary>
/// <typeparam name="T">The entity's message.</typeparam>
/// <typeparam name="TValue">What it holds.</typeparam>
/// <param name="name">The name in the contract.</param>
/// <param name="get">Reads it.</param>
/// <param name="set">Sets it.</param>
public abstract class MessageField<T, TValue>(string name, Func<T, TValue?> get, Action<T, TValue?> set) : ValueField<T, TValue?>(name, get, set)
    where T : class, IMessage<T>
    where TValue : class, IMessage<TValue>
{
    /// <inheritdoc/>
    public override void Copy(T source, T target) => Set(target, Get(source)?.Clone());
}
