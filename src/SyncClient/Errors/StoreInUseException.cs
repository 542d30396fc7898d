namespace KhsCrm.SyncClient;

/// <summary>Another process syncs this folder now. Reads and edits work beside it, a second sync does not.</summary>
public sealed class StoreInUseException : KhsCrmException
{
    internal StoreInUseException(string folder, Exception innerException)
        : base($"Another process is syncing {folder}; it also sends what is queued here.", innerException)
    {
    }
}
