using KhsCrm.SyncClient.Store;

namespace KhsCrm.SyncClient.Search;

/// <summary>
/// Fills the search indexes once a first sync is over, in transactions so short that an edit hardly waits for one. How far it
/// has come is in the store, so a process that ends meanwhile, or another one, goes on from there.
/// </summary>
internal static class SearchBuilder
{
    private const int RowsOfStep = 250;

    /// <summary>Builds what is missing.</summary>
    public static async Task BuildAsync(LocalStore store, CancellationToken cancellationToken)
    {
        while (await StepAsync(store, cancellationToken).ConfigureAwait(false))
        {
        }
    }

    /// <summary>Does a part of the work.</summary>
    /// <returns>Whether more is left to do.</returns>
    public static Task<bool> StepAsync(LocalStore store, CancellationToken cancellationToken) =>
        store.WriteAsync(transaction => Step(transaction.Connection), isDurable: false, cancellationToken);

    private static bool Step(StoreConnection connection)
    {
        if (DeviceState.TryRead(connection) is not { LastCheckpointAt: not null })
            return false;
        var progress = SearchProgress.Of(connection);
        if (RowTables.All.FirstOrDefault(table => table.IsSearched && !progress.IsComplete(table)) is not { } table)
            return false;
        var after = progress.After(table);
        var (last, rows) = table.IndexNext(connection, after, RowsOfStep);
        SearchProgress.Write(connection, table, last, isComplete: rows < RowsOfStep);
        return true;
    }
}
