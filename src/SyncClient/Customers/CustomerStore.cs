using KhsCrm.SyncClient.Outbox;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>
/// The customers on this device. Everything works offline: an edit is checked, queued and shown at once. Every member
/// throws <see cref="NotSignedInException"/> when nobody is signed in, and every edit <see cref="EditRefusedException"/>
/// when it breaks a rule and <see cref="RowNotFoundException"/> when the row is not here.
/// </summary>
public sealed class CustomerStore
{
    private static readonly RowTable<Customer> Table = RowTables.Customer;

    private readonly RowReader<Customer> _rows;
    private readonly EditQueue _edits;

    internal CustomerStore(LocalStore store, EditQueue edits) => (_rows, _edits) = (new(store, Table), edits);

    /// <summary>Finds a customer; null when there is none.</summary>
    public Task<Customer?> FindAsync(string id, CancellationToken cancellationToken = default) =>
        _rows.FindAsync(id, cancellationToken);

    /// <summary>Reads a customer.</summary>
    /// <exception cref="RowNotFoundException">There is none with this id.</exception>
    public Task<Customer> GetAsync(string id, CancellationToken cancellationToken = default) =>
        _rows.GetAsync(id, cancellationToken);

    /// <summary>Lists customers.</summary>
    /// <param name="query">Which, in what order, how many; null for all that are not archived, by name.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<RowPage<Customer>> ListAsync(CustomerQuery? query = null, CancellationToken cancellationToken = default) =>
        _rows.ListAsync((query ?? new()).ToRowQuery(), cancellationToken);

    /// <summary>
    /// The answer of <see cref="ListAsync"/> as it is and each later one that differs, whoever makes it differ. While one
    /// is looked at, changes gather. Ends when the client is closed.
    /// </summary>
    /// <param name="query">Which, in what order, how many; null for all that are not archived, by name.</param>
    /// <param name="cancellationToken">Ends the observation.</param>
    public IAsyncEnumerable<RowPage<Customer>> ObserveAsync(
        CustomerQuery? query = null, CancellationToken cancellationToken = default) =>
        _rows.ObserveAsync((query ?? new()).ToRowQuery(), cancellationToken);

    /// <summary>A customer as it is and as it becomes; null while there is none.</summary>
    /// <param name="id">The customer's id.</param>
    /// <param name="cancellationToken">Ends the observation.</param>
    public IAsyncEnumerable<Customer?> ObserveOneAsync(string id, CancellationToken cancellationToken = default) =>
        _rows.ObserveOneAsync(id, cancellationToken);

    /// <summary>The ids that begin with a prefix of hexadecimal digits.</summary>
    /// <param name="prefix">The beginning of the id, with or without hyphens.</param>
    /// <param name="limit">At most so many, 1 or more.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<string>> FindIdsAsync(string prefix, int limit = 2, CancellationToken cancellationToken = default) =>
        _rows.FindIdsAsync(prefix, limit, cancellationToken);

    /// <summary>Adds a customer.</summary>
    /// <param name="customer">The customer; without an id it gets one. What the server sets is ignored.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The customer as it now is here.</returns>
    public Task<Customer> AddAsync(Customer customer, CancellationToken cancellationToken = default) =>
        _edits.CreateAsync(Table, customer, cancellationToken);

    /// <summary>Changes a customer.</summary>
    /// <param name="id">The customer's id.</param>
    /// <param name="edit">Changes the copy that it is given; the fields that differ afterwards are the edit.</param>
    /// <param name="conflictPolicy">What the server does when somebody else changed one of them meanwhile.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The customer as it now is here.</returns>
    public Task<Customer> UpdateAsync(
        string id,
        Action<Customer> edit,
        ConflictPolicy conflictPolicy = ConflictPolicy.LastWriteWins,
        CancellationToken cancellationToken = default) =>
        _edits.UpdateAsync(Table, id, edit, conflictPolicy, cancellationToken);

    /// <summary>Puts a customer away.</summary>
    public Task<Customer> ArchiveAsync(string id, CancellationToken cancellationToken = default) =>
        UpdateAsync(id, row => row.IsArchived = true, cancellationToken: cancellationToken);

    /// <summary>Takes a customer back out.</summary>
    public Task<Customer> RestoreAsync(string id, CancellationToken cancellationToken = default) =>
        UpdateAsync(id, row => row.IsArchived = false, cancellationToken: cancellationToken);
}
