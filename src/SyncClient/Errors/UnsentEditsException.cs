namespace KhsCrm.SyncClient;

/// <summary>
/// Somebody else's edits are still on this device: they must be synced or discarded before another user signs in.
/// </summary>
public sealed class UnsentEditsException : KhsCrmException
{
    internal UnsentEditsException(long count)
        : base(
            $"This device holds {count} edits of another user that are not on the server. " +
            "Sync or discard them first, or use another data folder.")
    {
        Count = count;
    }

    /// <summary>How many edits there are, 1 or more.</summary>
    public long Count { get; }
}
