namespace KhsCrm.SyncClient;

/// <summary>Where the sync of this device stands.</summary>
/// <param name="State">What it is doing.</param>
/// <param name="Received">Changes received in this catch-up; 0 outside one.</param>
/// <param name="EstimatedTotal">About how many the catch-up will bring; at least <paramref name="Received"/>.</param>
/// <param name="Failure">What went wrong last; null when nothing did.</param>
public sealed record ClientStatus(SyncState State, long Received = 0, long EstimatedTotal = 0, KhsCrmException? Failure = null);

/// <summary>What the sync of a device is doing.</summary>
public enum SyncState
{
    /// <summary>Not connected: nobody asked for it, or it waits to connect again.</summary>
    Offline,

    /// <summary>Opening a stream.</summary>
    Connecting,

    /// <summary>Receiving what changed while the device was away.</summary>
    CatchingUp,

    /// <summary>Connected and up to date: changes arrive as they happen.</summary>
    Live,

    /// <summary>The session has ended; the user must sign in again.</summary>
    SignedOut,

    /// <summary>Stopped by an error that trying again would not change; see the failure.</summary>
    Failed,

    /// <summary>Not connected because the app asked for it; see <see cref="KhsCrmClient.Pause"/>.</summary>
    Paused,
}
