namespace KhsCrm.Storage.Deltas;

/// <summary>What one read of a window gave.</summary>
/// <param name="Header">What was learned of the snapshot.</param>
/// <param name="Page">The changes.</param>
internal sealed record WindowRead(WindowHeader Header, DeltaPage Page);
