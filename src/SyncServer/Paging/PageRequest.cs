namespace KhsCrm.SyncServer.Paging;

/// <summary>The page that a request asks for.</summary>
/// <typeparam name="TPosition">The key of the list's order.</typeparam>
/// <param name="Size">At most so many rows.</param>
/// <param name="After">Where the page before ended; null for the first.</param>
/// <param name="Encode">Makes the token of the page after a position.</param>
internal sealed record PageRequest<TPosition>(int Size, TPosition? After, Func<TPosition, string> Encode)
    where TPosition : class
{
    /// <summary>How many rows to read: one more than the page has tells whether there is a next one.</summary>
    public int Limit => Size + 1;

    /// <summary>Cuts what was read to the page, and makes the token of the next; empty on the last.</summary>
    public (IEnumerable<TRow> Rows, string NextPageToken) Cut<TRow>(
        IReadOnlyList<TRow> read, Func<TRow, TPosition> positionOf) =>
        read.Count > Size ? (read.Take(Size), Encode(positionOf(read[Size - 1]))) : (read, "");
}
