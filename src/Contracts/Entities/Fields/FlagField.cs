using Google.Protobuf;

namespace KhsCrm.Contracts.Entities.Fields;

/// <summary>Yes or no.</summary>
/// <typeparam name="T">The entity's message.</typeparam>
/// <param name="name">The name in the contract.</param>
/// <param name="get">Reads it.</param>
/// <param name="set">Sets it.</param>
public sealed class FlagField<T>(string name, Func<T, bool> get, Action<T, bool> set) : EntityField<T>(name)
    where T : class, IMessage<T>
{
    /// <summary>Reads it.</summary>
    public Func<T, bool> Get { get; } = get;

    /// <summary>Sets it.</summary>
    public Action<T, bool> Set { get; } = set;

    /// <inheritdoc/>
    public override bool HasSameValue(T left, T right) => Get(left) == Get(right);

    /// <inheritdoc/>
    public override void Copy(T source, T target) => Set(target, Get(source));
}
