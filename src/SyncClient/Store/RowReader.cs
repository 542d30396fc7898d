using Google.Protobuf;
using KhsCrm.SyncClient.Sessions;

namespace KhsCrm.SyncClient.Store;

/// <summary>Reads rows for the signed-in user; nobody else sees them.</summary>
internal sealed class RowReader<T>(LocalStore store, RowTable<T> table)
    where T : class, IMessage<T>, new()
{
    public Task<T?> FindAsync(string id, CancellationToken cancellationToken) => store.AskAsync(One(id), cancellationToken);

    /// <summary>A row as it is and as it becomes; null while there is none.</summary>
    public IAsyncEnumerable<T?> ObserveOneAsync(string id, CancellationToken cancellationToken) =>
        store.ObserveAsync(One(id), cancellationToken);

    public async Task<T> GetAsync(string id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken).ConfigureAwait(false) ?? throw new RowNotFoundException(table.Name, id);

    public Task<RowPage<T>> ListAsync(RowQuery<T> query, CancellationToken cancellationToken) =>
        store.AskAsync(query.ToStoreQuery(), cancellationToken);

    public IAsyncEnumerable<RowPage<T>> ObserveAsync(RowQuery<T> query, CancellationToken cancellationToken) =>
        store.ObserveAsync(query.ToStoreQuery(), cancellationToken);

    /// <summary>All rows of a query, for lists that are short by nature: what hangs on one job.</summary>
    public Task<IReadOnlyList<T>> ListAllAsync(RowQuery<T> query, CancellationToken cancellationToken) =>
        store.AskAsync(query.ToListQuery(), cancellationToken);

    /// <inheritdoc cref="ListAllAsync"/>
    public IAsyncEnumerable<IReadOnlyList<T>> ObserveAllAsync(RowQuery<T> query, CancellationToken cancellationToken) =>
        store.ObserveAsync(query.ToListQuery(), cancellationToken);

    /// <summary>The ids that begin with a prefix.</summary>
    /// <param name="prefix">Hexadecimal digits and hyphens.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<string>> FindIdsAsync(string prefix, int limit, CancellationToken cancellationToken)
    {
        var digits = prefix.Replace("-", "", StringComparison.Ordinal);
        if (digits.Length is 0 or > 32 || !digits.All(char.IsAsciiHexDigit))
            return Task.FromResult<IReadOnlyList<string>>([]);
        var from = new RowId(Guid.ParseExact(digits.PadRight(32, '0'), "N"));
        var to = new RowId(Guid.ParseExact(digits.PadRight(32, 'f'), "N"));
        return store.ReadAsync<IReadOnlyList<string>>(
            connection =>
            {
                SessionState.RequireUser(connection);
                var row = connection.Prepare(
                    $"SELECT id FROM {table.Name} WHERE id BETWEEN ?1 AND ?2 AND hidden = 0 ORDER BY id LIMIT ?3")
                    .Bind(1, from).Bind(2, to).Bind(3, limit);
                List<string> ids = [];
                while (row.Step())
                    ids.Add(row.Id(0).ToString());
                return ids;
            },
            cancellationToken);
    }

    private StoreQuery<T?> One(string id) => new(
        connection => RowId.TryParse(id) is { } rowId && table.ReadEffective(connection, rowId) is { } row
            ? table.TypedKind.Unwrap(row)
            : null,
        (_, _, changes) => changes.Rows.Any(change => change.EntityType == table.Type && change.Id == id),
        Equals,
        null);
}
