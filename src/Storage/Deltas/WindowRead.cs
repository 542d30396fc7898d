using KhsCrm.V1;

namespace KhsCrm.Storage.Deltas;

/// <summary>What one read of a window gave.</summary>
/// <param name="Header">What was learned of the snapshot.</param>
/// <param name="Page">The changes.</param>
/// <param name="Digests">What the scope holds, where that was asked for.</param>
/// <param name="Jobs">What a worker's live stream routes by; null inside a window, where none begins.</param>
internal sealed record WindowRead(WindowHeader Header, DeltaPage Page, IReadOnlyList<EntityDigest> Digests, WorkerJobs? Jobs);
