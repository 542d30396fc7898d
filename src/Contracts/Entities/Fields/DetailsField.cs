using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace KhsCrm.Contracts.Entities.Fields;

/// <summary>A JSON object; null is unset.</summary>
/// <typeparam name="T">The entity's message.</typeparam>
/// <param name="name">The name in the contract.</param>
/// <param name="get">Reads it.</param>
/// <param name="set">Sets it.</param>
public sealed class DetailsField<T>(string name, Func<T, Struct?> get, Action<T, Struct?> set) : MessageField<T, Struct>(name, get, set)
    where T : class, IMessage<T>;
