using System.Globalization;

namespace KhsCrm.Storage.Deltas;

/// <summary>
/// A PostgreSQL snapshot: which transactions had ended when it was taken. A transaction is visible in it when it is below
/// <paramref name="Xmax"/> and not in <paramref name="InProgress"/>.
/// See "System Information Functions" in the PostgreSQL manual, pg_snapshot components.
/// </summary>
/// <param name="Xmin">The oldest transaction that was still running.</param>
/// <param name="Xmax">The first transaction that had not begun.</param>
/// <param name="InProgress">The transactions between the two that were running, ascending.</param>
internal sealed record Snapshot(ulong Xmin, ulong Xmax, ulong[] InProgress)
{
    /// <summary>Whether PostgreSQL would take it for a snapshot; what comes from a device may be anything.</summary>
    public bool IsWellFormed =>
        Xmin > 0
        && Xmin <= Xmax
        && InProgress.All(xid => xid >= Xmin && xid < Xmax)
        && InProgress.Zip(InProgress.Skip(1)).All(pair => pair.First < pair.Second);

    /// <summary>Whether all that another snapshot of the same database shows is shown here too: it was taken no later.</summary>
    public bool Includes(Snapshot other) =>
        other.Xmax <= Xmax && InProgress.All(xid => xid >= other.Xmax || Array.BinarySearch(other.InProgress, xid) >= 0);

    /// <summary>Reads the text form, such as <c>743:750:745,748</c>.</summary>
    public static Snapshot Parse(string text)
    {
        var parts = text.Split(':');
        return new Snapshot(
            Xid(parts[0]),
            Xid(parts[1]),
            parts[2].Length == 0 ? [] : [.. parts[2].Split(',').Select(Xid)]);

        static ulong Xid(string digits) => ulong.Parse(digits, CultureInfo.InvariantCulture);
    }

    /// <summary>The most running transactions that a cursor lists: 8 KB.</summary>
    public const int MaxInProgress = 1_000;

    /// <summary>
    /// A snapshot that lists no more than so many transactions and shows nothing that this one does not. It ends at the first
    /// one that it has no place for: what ended behind that is sent again, and nothing is lost.
    /// </summary>
    public Snapshot Bounded(int most = MaxInProgress) =>
        InProgress.Length <= most ? this : new(Xmin, InProgress[most], InProgress[..most]);

    /// <summary>The part of it that holds whatever was running: all below <see cref="Xmin"/>, and nothing else.</summary>
    public Snapshot ToXmin() => new(Xmin, Xmin, []);

    /// <summary>The text form that PostgreSQL casts to <c>pg_snapshot</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Xmin}:{Xmax}:{string.Join(',', InProgress)}");
}
