using System.Runtime.CompilerServices;
using KhsCrm.SyncClient.Sessions;

namespace KhsCrm.SyncClient.Store;

/// <summary>Asks the store for the signed-in user; nobody else sees what is in it.</summary>
internal static class StoreQueries
{
    public static Task<T> AskAsync<T>(this LocalStore store, StoreQuery<T> query, CancellationToken cancellationToken) =>
        store.ReadAsync(connection => Ask(connection, query), cancellationToken);

    /// <summary>
    /// The answer as it is and each later one that differs; the empty one while nobody is signed in. While an answer is looked
    /// at, changes gather and are looked at once; changes that cannot concern the query cost no more than a look at their kinds.
    /// Ends when the client is closed.
    /// </summary>
    public static async IAsyncEnumerable<T> ObserveAsync<T>(
        this LocalStore store, StoreQuery<T> query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var changes = store.Changes.Subscribe();
        var (isOpen, last) = await TryReadAsync(store, connection => AskOrEmpty(connection, query), cancellationToken)
            .ConfigureAwait(false);
        if (!isOpen)
            yield break;
        yield return last!;
        while (await changes.TakeAllAsync(cancellationToken).ConfigureAwait(false) is { } batch)
        {
            var known = last!;
            (isOpen, last) = await TryReadAsync(
                store,
                connection => batch.MayBeAnything || query.IsConcerned(connection, known, batch) ? AskOrEmpty(connection, query) : known,
                cancellationToken).ConfigureAwait(false);
            if (!isOpen)
                yield break;
            if (ReferenceEquals(last, known))
                continue;
            if (query.IsSame(last!, known))
                last = known;
            else
                yield return last!;
        }
    }

    private static async Task<(bool IsOpen, T? Answer)> TryReadAsync<T>(
        LocalStore store, Func<StoreConnection, T> read, CancellationToken cancellationToken)
    {
        try
        {
            return (true, await store.ReadAsync(read, cancellationToken).ConfigureAwait(false));
        }
        catch (ClientClosedException)
        {
            return (false, default);
        }
    }

    private static T Ask<T>(StoreConnection connection, StoreQuery<T> query)
    {
        SessionState.RequireUser(connection);
        return query.Read(connection);
    }

    private static T AskOrEmpty<T>(StoreConnection connection, StoreQuery<T> query) =>
        SessionState.MayRead(connection) ? query.Read(connection) : query.Empty;
}
