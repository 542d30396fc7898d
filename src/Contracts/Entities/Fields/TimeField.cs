using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace KhsCrm.Contracts.Entities.Fields;

/// <summary>A moment; null is unset.</summary>
/// <typeparam name="T">The entity's message.</typeparam>
/// <param name="name">The name in the contract.</param>
/// <param name="get">Reads it.</param>
/// <param name="set">Sets it.</param>
public sealed class TimeField<T>(string name, Func<T, Timestamp?> get, Action<T, Timestamp?> set) : MessageField<T, Timestamp>(name, get, set)
    where T : class, IMessage<T>
{
    /// <summary>Whether it is the version of the row: it ascends with every change, and orders deltas.</summary>
    public bool IsVersion { get; init; }

    /// <summary>Whether it is when the row was made; of a row that never changes that is its version.</summary>
    public bool IsCreation { get; init; }
}
