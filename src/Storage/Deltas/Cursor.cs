using KhsCrm.V1;
using NpgsqlTypes;

namespace KhsCrm.Storage.Deltas;

/// <summary>
/// Where a device stands (DESIGN §4): it has all that <paramref name="Base"/> shows, of the kinds that are current, and, while a large
/// window is sent in pages, what <paramref name="Target"/> shows up to <paramref name="Last"/>.
/// </summary>
/// <param name="Scope">Whom it was issued to.</param>
/// <param name="Held">Which kinds it holds.</param>
/// <param name="Database">The database it was cut from.</param>
/// <param name="Position">A place in that database's WAL behind every commit that the cursor's snapshots show.</param>
/// <param name="TakenAt">The server's time at <paramref name="Base"/>; decides only whether tombstones since then are still kept.</param>
/// <param name="Base">What the device has; null for nothing yet.</param>
/// <param name="Target">The end of the window being paged; null between windows.</param>
/// <param name="Last">The last row of the window that was sent; null between windows.</param>
/// <param name="Reading">The kinds that every page of the window so far has brought; none between windows.</param>
/// <param name="Anew">The kinds that began anew in this catch-up.</param>
/// <param name="Sent">Changes sent since the catch-up began.</param>
/// <param name="Total">About how many the catch-up will send.</param>
internal sealed record Cursor(
    CursorScope Scope,
    HeldKinds Held,
    DatabaseIdentity Database,
    NpgsqlLogSequenceNumber Position,
    DateTime TakenAt,
    Snapshot? Base,
    Snapshot? Target = null,
    RowKey? Last = null,
    KindSet Reading = default,
    KindSet Anew = default,
    long Sent = 0,
    long Total = 0)
{
    public bool IsInsideWindow => Target is not null;

    /// <summary>The snapshot up to which a kind is complete; null for a kind that begins anew.</summary>
    public Snapshot? StartOf(EntityType type) => Held.Current.Contains(type) ? Base : Held.Find(type)?.Snapshot;

    /// <summary>
    /// The same inside a window that goes on with some kinds only. A kind that one page leaves out, because the server does not
    /// know it or the app wants it no more, has lost that page: the window does not complete it, whoever sends the next page.
    /// </summary>
    public Cursor Narrow(KindSet kinds)
    {
        var lost = Reading.Except(kinds);
        if (lost.IsEmpty)
            return this;
        // One that began anew in an earlier window has come whole: the device is still to be told so.
        var unbegun = KindSet.Of(lost.ToTypes().Where(type => StartOf(type) is null));
        return this with { Reading = Reading.Except(lost), Anew = Anew.Except(unbegun) };
    }

    /// <summary>The same without some kinds, which begin anew.</summary>
    public Cursor Without(KindSet kinds) =>
        this with { Held = Held.Without(kinds), Reading = Reading.Except(kinds), Anew = Anew.Except(kinds) };

    /// <summary>Where the device stands at the end of the window that is paged.</summary>
    public Cursor EndWindow() => this with
    {
        Held = Held.Advance(Reading, Base, TakenAt),
        Base = Target,
        Target = null,
        Last = null,
        Reading = default,
    };

    public byte[] ToBytes() => [.. Head(Scope, Held), .. Tail()];

    /// <summary>The bytes that cursors of one scope and the same kinds begin with.</summary>
    public static byte[] Head(CursorScope scope, HeldKinds held) => CursorWriter.Head(scope, held);

    /// <summary>The bytes behind <see cref="Head"/>, the same for everybody who stands there.</summary>
    public byte[] Tail() => CursorWriter.Tail(this);

    /// <summary>Reads a cursor of this or an older format; null when it is none of ours.</summary>
    public static Cursor? Parse(ReadOnlyMemory<byte> bytes) => CursorParser.Parse(bytes);
}
