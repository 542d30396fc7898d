using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>Nobody is signed in, or the session has ended and the user must sign in again.</summary>
public sealed class NotSignedInException : KhsCrmException
{
    private NotSignedInException(ErrorReason reason, string message)
        : base(message)
    {
        Reason = reason;
    }

    internal static NotSignedInException Nobody => new(ErrorReason.NotSignedIn, "Nobody is signed in on this device.");

    internal static NotSignedInException Ended => new(
        ErrorReason.AccessTokenInvalid, "The session has ended: sign in again. What is on this device is kept.");
}
