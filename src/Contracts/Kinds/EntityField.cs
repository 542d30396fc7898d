using Google.Protobuf;

namespace KhsCrm.Contracts.Kinds;

/// <summary>A field of an entity that a client may set. Written by hand: no reflection, so it is trim- and AOT-clean.</summary>
/// <typeparam name="T">The entity's message.</typeparam>
/// <param name="Name">The proto field name, which is also the column name.</param>
/// <param name="HasSameValue">Whether two messages hold the same value, unset included.</param>
/// <param name="Copy">Copies the value, unset included, from the first message to the second.</param>
/// <param name="IsCreateOnly">True when an update may not change it.</param>
public sealed record EntityField<T>(
    string Name,
    Func<T, T, bool> HasSameValue,
    Action<T, T> Copy,
    bool IsCreateOnly = false)
    where T : IMessage<T>;
