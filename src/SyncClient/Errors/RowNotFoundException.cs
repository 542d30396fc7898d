using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>The device has no such row.</summary>
public sealed class RowNotFoundException : KhsCrmException
{
    internal RowNotFoundException(string kind, string id)
        : base($"There is no {kind} {id} on this device.")
    {
        Reason = ErrorReason.RowNotFound;
    }
}
