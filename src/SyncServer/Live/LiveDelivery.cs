using KhsCrm.Storage.Live;

namespace KhsCrm.SyncServer.Live;

/// <summary>A delta that waits to be written to a stream: bytes that it shares with others, and what is its own.</summary>
/// <param name="Changes">The changes.</param>
/// <param name="Position">Where the device stands once it has them.</param>
/// <param name="LastClientSeq">How far the outbox of its device has been taken, there.</param>
internal readonly record struct LiveDelivery(LiveChanges Changes, LivePosition Position, long LastClientSeq);
