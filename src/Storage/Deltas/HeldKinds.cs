using KhsCrm.V1;

namespace KhsCrm.Storage.Deltas;

/// <summary>
/// Which kinds a device holds, and up to where. Nearly always all are complete up to the cursor's own snapshot; the others were
/// left out since: the app stopped to ask for them, or a server did not know them. A kind that is in neither begins anew.
/// </summary>
/// <param name="Current">The kinds that are complete up to the cursor's snapshot.</param>
/// <param name="Behind">The kinds that are complete up to an older one, each kind once.</param>
internal sealed record HeldKinds(KindSet Current, IReadOnlyList<KindsBehind> Behind)
{
    /// <summary>Of a device that has nothing.</summary>
    public static HeldKinds None { get; } = Only(default);

    public static HeldKinds Only(KindSet current) => new(current, []);

    /// <summary>Where a kind stands that is not current; null for one that begins anew.</summary>
    public KindsBehind? Find(EntityType type) => Behind.FirstOrDefault(behind => behind.Kinds.Contains(type));

    /// <summary>The same once a window has brought some kinds to a later snapshot. The others stay where they are.</summary>
    /// <param name="kinds">The kinds of the window.</param>
    /// <param name="from">The snapshot of those that were current.</param>
    /// <param name="takenAt">When that was.</param>
    public HeldKinds Advance(KindSet kinds, Snapshot? from, DateTime takenAt)
    {
        if (Behind.Count == 0 && kinds.ContainsAll(Current))
            return Only(kinds);
        var behind = Left(kinds);
        if (from is not null && Current.Except(kinds) is { IsEmpty: false } stayed)
            behind.Add(new KindsBehind(stayed, from.Bounded(KindsBehind.MaxInProgress), takenAt));
        return new(kinds, behind);
    }

    /// <summary>The same without some kinds, which begin anew.</summary>
    public HeldKinds Without(KindSet kinds) => new(Current.Except(kinds), Left(kinds));

    private List<KindsBehind> Left(KindSet without) =>
    [
        .. Behind.Select(behind => behind with { Kinds = behind.Kinds.Except(without) }).Where(behind => !behind.Kinds.IsEmpty),
    ];
}

/// <summary>Some kinds that are complete up to a snapshot of their own.</summary>
/// <param name="Kinds">The kinds.</param>
/// <param name="Snapshot">Up to where.</param>
/// <param name="TakenAt">When it was taken: decides whether their tombstones are still kept.</param>
internal sealed record KindsBehind(KindSet Kinds, Snapshot Snapshot, DateTime TakenAt)
{
    /// <summary>The most running transactions that each lists, so that a cursor stays small.</summary>
    public const int MaxInProgress = 100;
}
