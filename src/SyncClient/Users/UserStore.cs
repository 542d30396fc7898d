using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>The people on this device: read only. See <see cref="CustomerStore"/> for what every member throws.</summary>
public sealed class UserStore
{
    private static readonly RowTable<User> Table = RowTables.User;

    private readonly RowReader<User> _rows;

    internal UserStore(LocalStore store) => _rows = new(store, Table);

    /// <summary>Finds a user; null when there is none.</summary>
    public Task<User?> FindAsync(string id, CancellationToken cancellationToken = default) =>
        _rows.FindAsync(id, cancellationToken);

    /// <summary>Lists the users by name.</summary>
    /// <param name="includeInactive">Whether to list deactivated users too.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<User>> ListAsync(bool includeInactive = false, CancellationToken cancellationToken = default) =>
        _rows.ListAllAsync(ByName(includeInactive), cancellationToken);

    /// <summary>The users as they are and as they become. See <see cref="CustomerStore.ObserveAsync"/>.</summary>
    /// <inheritdoc cref="ListAsync"/>
    public IAsyncEnumerable<IReadOnlyList<User>> ObserveAsync(
        bool includeInactive = false, CancellationToken cancellationToken = default) =>
        _rows.ObserveAllAsync(ByName(includeInactive), cancellationToken);

    /// <inheritdoc cref="CustomerStore.FindIdsAsync"/>
    public Task<IReadOnlyList<string>> FindIdsAsync(string prefix, int limit = 2, CancellationToken cancellationToken = default) =>
        _rows.FindIdsAsync(prefix, limit, cancellationToken);

    private static RowQuery<User> ByName(bool includeInactive) =>
        new RowQuery<User>(Table).Where("is_active >= $", includeInactive ? 0 : 1).OrderBy("name");
}
