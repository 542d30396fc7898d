using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>The client was closed by <see cref="KhsCrmClient.DisposeAsync"/>, before the call or while it waited.</summary>
public sealed class ClientClosedException : KhsCrmException
{
    internal ClientClosedException()
        : base("The client is closed.")
    {
        Reason = ErrorReason.ClientClosed;
    }
}
