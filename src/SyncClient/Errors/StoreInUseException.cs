using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>
/// Another client syncs this folder now, in this process or in another. Reads and edits work beside it, a second sync does not.
/// </summary>
public sealed class StoreInUseException : KhsCrmException
{
    internal StoreInUseException(string folder, bool isThisProcess, Exception innerException)
        : base(
            isThisProcess
                ? $"Another client of this process is syncing {folder}; it also sends what is queued here. Use one client for a folder."
                : $"Another process is syncing {folder}; it also sends what is queued here.",
            innerException)
    {
        Reason = ErrorReason.StoreInUse;
    }
}
