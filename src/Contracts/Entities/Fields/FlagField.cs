using Google.Protobuf;

namespace KhsCrm.Contracts.Entities.Fields;

/// <summary>Yes or no.</summary>
/// <typeparam name="T">The entity's message.</typeparam>
/// <param name="name">The name in the contract.</param>
/// <param name="get">Reads it.</param>
/// <param name="set">Sets it.</param>
public sealed class FlagField<T>(string name, Func<T, bool> get, Action<T, bool> set) : ValueField<T, bool>(name, get, set)
    where T : class, IMessage<T>;
