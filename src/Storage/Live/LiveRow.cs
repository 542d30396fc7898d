using KhsCrm.Storage.Deltas;

namespace KhsCrm.Storage.Live;

/// <summary>One change of a window: where its bytes are, and who gets it.</summary>
/// <param name="Key">Its place in the order of a delta.</param>
/// <param name="Type">The kind of entity.</param>
/// <param name="EntityId">The row.</param>
/// <param name="Audience">Who of the workers gets it; owners get all.</param>
/// <param name="RouteId">The job or customer that decides it.</param>
/// <param name="Bytes">As an owner gets it.</param>
/// <param name="Redacted">As a worker gets it; another than <paramref name="Bytes"/> for colleagues only.</param>
internal sealed record LiveRow(
    RowKey Key, V1.EntityType Type, Guid EntityId, LiveAudience Audience, Guid RouteId, byte[] Bytes, byte[] Redacted);

/// <summary>Which workers get a change.</summary>
internal enum LiveAudience
{
    /// <summary>None of them.</summary>
    OwnersOnly,

    /// <summary>All of them.</summary>
    Everyone,

    /// <summary>Those with a job, or a job of a customer.</summary>
    Routed,
}
