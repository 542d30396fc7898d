namespace KhsCrm.SyncClient;

/// <content>Staying connected, and the end.</content>
public sealed partial class KhsCrmClient
{
    /// <summary>
    /// Begins to stay connected: edits are sent as they are made, changes arrive as they happen, a broken connection is
    /// opened again. Returns at once; see <see cref="Status"/>. What was started goes on until <see cref="StopAsync"/>: whatever
    /// fails is tried again, and signing in resumes it.
    /// </summary>
    /// <exception cref="StoreInUseException">Another client syncs this folder.</exception>
    /// <exception cref="ClientClosedException">The client is closed.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default) => _life.StartAsync(cancellationToken);

    /// <summary>Ends what <see cref="StartAsync"/> began, and waits until it has ended.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => _life.StopAsync(cancellationToken);

    /// <summary>
    /// Disconnects and stays so until <see cref="Resume"/>: for a metered network, or to save a battery. Reads and edits go
    /// on; edits wait in the outbox. What <see cref="StartAsync"/> began, or begins meanwhile, waits; <see cref="SyncAsync"/>
    /// does not, when nothing was begun.
    /// </summary>
    public void Pause() => _loop.Control.Pause();

    /// <summary>Ends a <see cref="Pause"/>, or a wait to try again: what was begun connects at once.</summary>
    public void Resume() => _loop.Control.Resume();

    /// <summary>
    /// Tells that the device has another network, or has one again: a wait to connect again ends, and a connection that may
    /// be half open is replaced. Cheap: the new stream continues where the old one was. May be called as often as the platform
    /// does: hints that follow each other closely replace the connection once in a while only.
    /// </summary>
    public void NotifyNetworkChanged() => _loop.Control.NotifyNetworkChanged();

    /// <summary>
    /// Stops the sync and closes the store. What waits for the store then ends with <see cref="ClientClosedException"/>, and
    /// observations end. A second call does nothing more.
    /// </summary>
    public ValueTask DisposeAsync() => new(_life.CloseAsync());
}
