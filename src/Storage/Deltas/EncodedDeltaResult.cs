using KhsCrm.V1;

namespace KhsCrm.Storage.Deltas;

/// <summary>What the reader found, ready to be sent: a delta, or the word that the cursor is of no use. One of the two is set.</summary>
/// <param name="Delta">The next part of the difference.</param>
/// <param name="Resync">Why everything must be taken anew.</param>
public sealed record EncodedDeltaResult(EncodedDelta? Delta, ResyncReason Resync)
{
    internal static EncodedDeltaResult Of(EncodedDelta delta) => new(delta, ResyncReason.Unspecified);

    internal static EncodedDeltaResult Of(ResyncReason reason) => new(null, reason);
}
