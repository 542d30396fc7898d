using KhsCrm.SyncClient.Rescue;
using KhsCrm.SyncClient.Store;

namespace KhsCrm.SyncClient;

/// <content>The way back from a damaged store.</content>
public sealed partial class KhsCrmClient
{
    /// <summary>
    /// Begins a new store in the folder of one that is damaged (<see cref="V1.ErrorReason.StoreDamaged"/>), with the edits of its
    /// outbox as far as they can be read, its device and its session. The rows come from the server with the next sync. The
    /// damaged file is kept beside it. No client may have the folder open.
    /// </summary>
    /// <param name="options">Those of the client that could not go on.</param>
    /// <param name="cancellationToken">Ends the wait for other writers.</param>
    /// <exception cref="StoreInUseException">A client syncs this folder: dispose it first.</exception>
    /// <exception cref="KhsCrmException">The folder cannot be written, or the disk is full.</exception>
    public static async Task<RescueReport> RescueAsync(KhsCrmClientOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(options.DataFolder);
        return await Task.Run(
            () => StoreRescue.RunAsync(new StoreFolder(options.DataFolder), options, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
    }
}
