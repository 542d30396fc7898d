namespace KhsCrm.Storage.Deltas;

/// <summary>
/// Where a change stands in the order of a window: by time, then id, then table. The table is part of it because two
/// tables may hold rows of one id and one time.
/// </summary>
/// <param name="Time">The row's <c>updated_at</c>, microseconds kept; of what was withdrawn the least there is.</param>
/// <param name="Id">The row's id; .NET and PostgreSQL order UUIDs alike.</param>
/// <param name="Table">The rank of the table, as <see cref="TableRank"/> numbers them.</param>
internal readonly record struct RowKey(DateTime Time, Guid Id, int Table) : IComparable<RowKey>
{
    public int CompareTo(RowKey other) => (Time, Id, Table).CompareTo((other.Time, other.Id, other.Table));
}
