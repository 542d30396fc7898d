using KhsCrm.V1;

namespace KhsCrm.Storage.Deltas;

/// <summary>What a window spans: from one snapshot of each kind to the target, if it is paged, behind the last row that was sent.</summary>
internal sealed class WindowRange
{
    private readonly Cursor? _position;

    /// <param name="scope">Whose window.</param>
    /// <param name="kinds">The kinds that it brings.</param>
    /// <param name="position">Where the device stands; null for nothing.</param>
    public WindowRange(CursorScope scope, KindSet kinds, Cursor? position)
    {
        (Scope, Kinds, _position) = (scope, kinds, position);
        Starts = [.. kinds.ToTypes().GroupBy(StartOf).Where(group => group.Key is not null).Select(group => (group.Key!, KindSet.Of(group)))];
    }

    public CursorScope Scope { get; }

    public KindSet Kinds { get; }

    /// <summary>The snapshots that kinds begin at, each with its kinds: one, but for a device that has been to other servers.</summary>
    public IReadOnlyList<(Snapshot Start, KindSet Kinds)> Starts { get; }

    /// <summary>
    /// Since when withdrawals are told. Every window tells those of its whole time, whatever its kinds, so it is the end of the
    /// window before.
    /// </summary>
    public Snapshot? Base => _position?.Base;

    public Snapshot? Target => _position?.Target;

    public RowKey? Last => _position?.Last;

    /// <summary>The snapshot of a kind; null for one that begins anew.</summary>
    public Snapshot? StartOf(EntityType type) => _position?.StartOf(type);
}
