using Google.Protobuf;

namespace KhsCrm.Contracts.Entities;

/// <summary>Makes something of a kind that needs its message type.</summary>
/// <typeparam name="TResult">What is made.</typeparam>
public interface IEntityKindVisitor<out TResult>
{
    /// <summary>Makes it.</summary>
    TResult Visit<T>(EntityKind<T> kind)
        where T : class, IMessage<T>, new();
}
