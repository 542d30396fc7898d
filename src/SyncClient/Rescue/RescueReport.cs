namespace KhsCrm.SyncClient;

/// <summary>What <see cref="KhsCrmClient.RescueAsync"/> did with a damaged store.</summary>
/// <param name="SavedEdits">How many edits of the outbox are in the new store, in their order.</param>
/// <param name="LostEdits">How many edits could not be read any more; those of parts of the file that are gone altogether are not known.</param>
/// <param name="IsSignedIn">Whether the user and the device could be read too. When not, somebody must sign in.</param>
/// <param name="DamagedFile">Where the damaged file was put. It holds what the store held: delete it once nothing in it is missed.</param>
public sealed record RescueReport(long SavedEdits, long LostEdits, bool IsSignedIn, string DamagedFile);
