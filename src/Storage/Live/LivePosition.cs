using KhsCrm.Storage.Deltas;
using KhsCrm.V1;
using NpgsqlTypes;

namespace KhsCrm.Storage.Live;

/// <summary>A moment of the database's history, the same for every stream that stands there.</summary>
public sealed class LivePosition
{
    // Made once for the thousands of streams that come to stand here.
    private readonly Lazy<byte[]> _cursorTail;

    internal LivePosition(
        Snapshot snapshot, DatabaseIdentity database, NpgsqlLogSequenceNumber position, DateTime takenAt, Look? looked = null)
    {
        (Snapshot, Database, Position, TakenAt, Looked) = (snapshot, database, position, takenAt, looked);
        _cursorTail = new(() => new Cursor(Nobody, HeldKinds.None, Database, Position, TakenAt, Snapshot).Tail());
    }

    private static CursorScope Nobody { get; } = new(Guid.Empty, Role.Unspecified);

    internal Snapshot Snapshot { get; }

    internal DatabaseIdentity Database { get; }

    /// <summary>A place in the WAL behind every commit that the snapshot shows.</summary>
    internal NpgsqlLogSequenceNumber Position { get; }

    internal DateTime TakenAt { get; }

    /// <summary>
    /// The last look that found nothing of interest behind this position. It is not proved durable, so no device stands there;
    /// it only saves looking at the same nothing again.
    /// </summary>
    internal Look? Looked { get; }

    /// <summary>Where a device stands that was sent a delta up to a checkpoint.</summary>
    /// <returns>The position; null for a cursor between checkpoints.</returns>
    public static LivePosition? Of(ReadOnlyMemory<byte> cursor) =>
        Cursor.Parse(cursor) is { IsInsideWindow: false, Base: { } snapshot } parsed
            ? new LivePosition(snapshot, parsed.Database, parsed.Position, parsed.TakenAt)
            : null;

    /// <summary>Whether everything that the other moment shows is shown here too.</summary>
    public bool Includes(LivePosition other) => Database == other.Database && Snapshot.Includes(other.Snapshot);

    /// <summary>Whether another position is of the same history of the same database.</summary>
    public bool IsOfSameHistory(LivePosition other) => Database == other.Database;

    /// <summary>The cursor of a device of a scope that stands here.</summary>
    public byte[] ToCursor(LiveScope scope) => [.. scope.CursorHead, .. _cursorTail.Value];

    /// <summary>The same moment, confirmed later: nothing that streams want was written since.</summary>
    internal LivePosition At(DateTime now, Look? looked) => new(Snapshot, Database, Position, now, looked);
}
