using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>The server did not answer. Trying again later is safe: nothing is lost and nothing is done twice.</summary>
public sealed class ServerUnreachableException : KhsCrmException
{
    internal ServerUnreachableException(
        string message, Exception? innerException, ErrorReason reason = ErrorReason.Unavailable)
        : base(message, innerException)
    {
        Reason = reason;
    }
}
