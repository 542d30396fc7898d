namespace KhsCrm.Storage.Deltas;

/// <summary>
/// Where a row stands in the order of a window: by time, then id, then table. The table is part of it because two tables
/// may hold rows of one id and one time.
/// </summary>
/// <param name="Time">The row's <c>updated_at</c>, microseconds kept.</param>
/// <param name="Id">The row's id; .NET and PostgreSQL order UUIDs alike.</param>
/// <param name="Table">The rank of the table: 0 for tombstones, then the <c>EntityType</c>.</param>
internal readonly record struct RowKey(DateTime Time, Guid Id, int Table) : IComparable<RowKey>
{
    public int CompareTo(RowKey other) => (Time, Id, Table).CompareTo((other.Time, other.Id, other.Table));
}
