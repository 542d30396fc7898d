namespace KhsCrm.SyncClient;

/// <summary>What one transaction changed in the local store.</summary>
/// <param name="Rows">The rows, in the order of their changes; empty when <paramref name="MayBeAnything"/>.</param>
/// <param name="MayBeAnything">
/// True when the rows are not named one by one: there were too many, another process made them, or the observer was
/// too slow to be told of each. Read again whatever is shown.
/// </param>
/// <param name="OutboxChanged">Whether operations were queued, answered, or left the outbox.</param>
public sealed record StoreChanges(IReadOnlyList<RowChange> Rows, bool MayBeAnything, bool OutboxChanged)
{
    /// <summary>Anything may have changed.</summary>
    internal static StoreChanges Anything { get; } = new([], true, true);

    internal bool IsEmpty => Rows.Count == 0 && !MayBeAnything && !OutboxChanged;

    /// <summary>These changes and later ones.</summary>
    internal StoreChanges With(StoreChanges later) => new(
        MayBeAnything || later.MayBeAnything ? [] : [.. Rows, .. later.Rows],
        MayBeAnything || later.MayBeAnything,
        OutboxChanged || later.OutboxChanged);
}
