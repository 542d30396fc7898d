namespace KhsCrm.SyncClient.Store;

/// <summary>A question to the store that can be asked once or observed.</summary>
/// <typeparam name="T">The answer.</typeparam>
/// <param name="Read">Reads the answer.</param>
/// <param name="IsConcerned">
/// Whether changes can have made another answer than the one given. Not asked when anything may have changed.
/// </param>
/// <param name="IsSame">Whether two answers look the same to whoever observes.</param>
/// <param name="Empty">What is observed while nobody is signed in.</param>
internal sealed record StoreQuery<T>(
    Func<StoreConnection, T> Read,
    Func<StoreConnection, T, StoreChanges, bool> IsConcerned,
    Func<T, T, bool> IsSame,
    T Empty);
