namespace KhsCrm.Storage.Live;

/// <summary>What a stream gets of a window: the <c>changes</c> of a Delta as they go over the wire, shared by all who get the same.</summary>
/// <param name="Bytes">The encoded field, tags included.</param>
/// <param name="Count">How many changes there are.</param>
public sealed record LiveChanges(ReadOnlyMemory<byte> Bytes, int Count)
{
    /// <summary>Nothing.</summary>
    public static LiveChanges None { get; } = new(default, 0);
}
