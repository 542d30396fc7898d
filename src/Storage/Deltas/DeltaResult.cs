using KhsCrm.V1;

namespace KhsCrm.Storage.Deltas;

/// <summary>What the reader found: a delta, or the word that the cursor is of no use. One of the two is set.</summary>
/// <param name="Delta">The next part of the difference.</param>
/// <param name="Resync">Why everything must be taken anew.</param>
public sealed record DeltaResult(Delta? Delta, ResyncReason Resync);
