using KhsCrm.SyncClient.Search;

namespace KhsCrm.SyncClient.Store;

/// <summary>Gives the pages of deleted rows back to the disk once they are a good part of the file.</summary>
internal static class Compaction
{
    private const long FewPages = 1_024;
    private const int PagesPerStep = 2_048;

    /// <summary>Does a part of the work.</summary>
    /// <returns>Whether more is left to do.</returns>
    public static bool Step(StoreConnection connection)
    {
        var free = Scalar(connection, "PRAGMA freelist_count");
        if (free < FewPages || free * 4 < Scalar(connection, "PRAGMA page_count"))
            return false;
        if (Scalar(connection, "PRAGMA auto_vacuum") == 2)
        {
            // A row for each page: what is not asked for is not done.
            connection.Prepare($"PRAGMA incremental_vacuum({PagesPerStep})").Execute();
            return true;
        }

        // A file of an older version: written anew once, and from then on in steps.
        connection.Execute("PRAGMA auto_vacuum = INCREMENTAL; VACUUM");
        // It may number the rows anew, and the search indexes know them by their numbers.
        SearchIndex.Reset(connection);
        Checkpoint.TryTruncate(connection);
        return false;
    }

    private static long Scalar(StoreConnection connection, string pragma) => connection.Prepare(pragma).ExecuteScalar() ?? 0;
}
