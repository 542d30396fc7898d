namespace KhsCrm.SyncClient;

/// <summary>Where the sync of this device stands.</summary>
/// <param name="State">What it is doing.</param>
/// <param name="Received">Changes received in this catch-up; 0 outside one.</param>
/// <param name="EstimatedTotal">About how many the catch-up will bring; at least <paramref name="Received"/>.</param>
/// <param name="Failure">What went wrong last; null when nothing did.</param>
/// <param name="SetAside">
/// How many rows of the server this device could not store; <see cref="KhsCrmClient.VerifyAsync"/> fetches them again.
/// </param>
public sealed record ClientStatus(
    SyncState State, long Received = 0, long EstimatedTotal = 0, KhsCrmException? Failure = null, long SetAside = 0);
