namespace KhsCrm.SyncClient;

/// <summary>
/// What the sync of a device is doing. Once started it never ends by itself: in <see cref="SignedOut"/> and
/// <see cref="Revoked"/> it waits for a person, otherwise it is tried again.
/// </summary>
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

    /// <summary>Nobody is signed in, or the session has ended. Goes on when somebody signs in.</summary>
    SignedOut,

    /// <summary>
    /// The server, or this device's own store, refuses for now; see the failure. Tried again with growing delay, and at once
    /// on <see cref="KhsCrmClient.NotifyNetworkChanged"/> or <see cref="KhsCrmClient.Resume"/>.
    /// </summary>
    Failed,

    /// <summary>Not connected because the app asked for it; see <see cref="KhsCrmClient.Pause"/>.</summary>
    Paused,

    /// <summary>
    /// The server serves newer versions of this app only: the app must be updated. Edits are still handed in, now and then, and
    /// nothing is received.
    /// </summary>
    UpdateRequired,

    /// <summary>An owner has shut this device out. What it holds can no longer be read.</summary>
    Revoked,
}
