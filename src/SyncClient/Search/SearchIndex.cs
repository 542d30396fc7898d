using KhsCrm.SyncClient.Store;

namespace KhsCrm.SyncClient.Search;

/// <summary>
/// The full-text index of a table. It keeps words and no rows (contentless), and is filled after the first sync by
/// <see cref="SearchBuilder"/>: row by row it would cost the first sync more than the rows do.
/// </summary>
internal static class SearchIndex
{
    /// <summary>
    /// With more rows than this, whole pages are found sooner by walking the rows in their order: the first page is full after a
    /// small part of them.
    /// </summary>
    private const int FewRows = 5_000;

    /// <summary>Brings a row's words up to date after it was written.</summary>
    public static void Saved(StoreConnection connection, RowTable table, RowId id, List<string> words) =>
        connection.Prepare($"INSERT OR REPLACE INTO {table.Name}_search (rowid, words) SELECT rowid, ?2 FROM {table.Name} WHERE id = ?1")
            .Bind(1, id).Bind(2, string.Join(' ', words)).Execute();

    /// <summary>Forgets a row's words before it is deleted.</summary>
    public static void Deleting(StoreConnection connection, RowTable table, RowId id) =>
        connection.Prepare($"DELETE FROM {table.Name}_search WHERE rowid = (SELECT rowid FROM {table.Name} WHERE id = ?1)")
            .Bind(1, id).Execute();

    /// <summary>Whether a search is best answered by the index: it is complete, and finds few rows.</summary>
    public static bool FindsFew(StoreConnection connection, RowTable table, SearchText search)
    {
        if (!SearchProgress.Read(connection).IsComplete(table))
            return false;
        var count = connection
            .Prepare($"SELECT count(*) FROM (SELECT 1 FROM {table.Name}_search WHERE {table.Name}_search MATCH ?1 LIMIT {FewRows + 1})")
            .Bind(1, search.Match).ExecuteScalar();
        return count <= FewRows;
    }

    /// <summary>Empties the index of every table. It is filled anew after the next checkpoint.</summary>
    public static void Reset(StoreConnection connection)
    {
        foreach (var table in RowTables.All.Where(table => table.IsSearched))
            connection.Execute($"INSERT INTO {table.Name}_search ({table.Name}_search) VALUES ('delete-all')");
        connection.Execute("UPDATE search_progress SET after = x'', is_complete = 0");
        connection.SearchProgress = null;
    }
}
