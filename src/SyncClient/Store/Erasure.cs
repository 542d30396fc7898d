using KhsCrm.SyncClient.Search;

namespace KhsCrm.SyncClient.Store;

/// <summary>
/// Takes deleted rows out of the files too: SQLite leaves their bytes in free pages and in the WAL. The file is written anew
/// without them, and the WAL is emptied. What is due is in the store, so a process that ends in between forgets nothing.
/// </summary>
internal static class Erasure
{
    /// <summary>Deletes everything of the present owner.</summary>
    public static void Begin(StoreConnection connection)
    {
        foreach (var table in RowTables.All)
            connection.Execute($"DELETE FROM {table.Name}");
        connection.Execute("DELETE FROM kind_anew");
        SearchIndex.Reset(connection);
        connection.Execute("""
            DELETE FROM outbox; DELETE FROM conflict; DELETE FROM session; DELETE FROM device; DELETE FROM set_aside;
            INSERT OR REPLACE INTO erasure VALUES (1);
            """);
    }

    public static bool IsDue(StoreConnection connection) =>
        connection.Prepare("SELECT 1 FROM erasure").ExecuteScalar() is not null;

    /// <summary>Writes the file anew. No other connection of this process may be open.</summary>
    public static void Finish(StoreConnection connection)
    {
        connection.Execute("VACUUM");
        if (Checkpoint.TryTruncate(connection))
            connection.Execute("DELETE FROM erasure");
        // Otherwise another process reads the old state now: the next opening of the store tries again.
    }
}
