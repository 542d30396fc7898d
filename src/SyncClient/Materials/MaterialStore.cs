using KhsCrm.SyncClient.Outbox;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>
/// The materials checklists of the jobs on this device. See <see cref="CustomerStore"/> for what every member throws.
/// </summary>
public sealed class MaterialStore
{
    private static readonly RowTable<Material> Table = RowTables.Material;

    private readonly RowReader<Material> _rows;
    private readonly EditQueue _edits;

    internal MaterialStore(LocalStore store, EditQueue edits) => (_rows, _edits) = (new(store, Table), edits);

    /// <summary>Finds a material; null when there is none.</summary>
    public Task<Material?> FindAsync(string id, CancellationToken cancellationToken = default) =>
        _rows.FindAsync(id, cancellationToken);

    /// <summary>Reads a material.</summary>
    /// <exception cref="RowNotFoundException">There is none with this id.</exception>
    public Task<Material> GetAsync(string id, CancellationToken cancellationToken = default) =>
        _rows.GetAsync(id, cancellationToken);

    /// <summary>Lists the checklist of a job: what is to be bought first, then what is bought, each oldest first.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="includeRemoved">Whether to list what was taken off the list too.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<Material>> ListAsync(
        string jobId, bool includeRemoved = false, CancellationToken cancellationToken = default) =>
        _rows.ListAllAsync(Checklist(jobId, includeRemoved), cancellationToken);

    /// <summary>Lists what is to be bought across all jobs on this device that are not completed, oldest first.</summary>
    /// <param name="pageSize">At most so many: 1 to 10,000.</param>
    /// <param name="pageToken">The token of the page before; null for the first.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<RowPage<Material>> ListToBuyAsync(
        int pageSize = 100, string? pageToken = null, CancellationToken cancellationToken = default) =>
        _rows.ListAsync(
            new RowQuery<Material>(Table)
                .Where("purchased = 0").Where("is_deleted = 0")
                .Where("job_id IN (SELECT id FROM job WHERE hidden = 0 AND status <> $)", (long)JobStatus.Completed)
                .OrderBy("created_at").Page(pageSize, pageToken),
            cancellationToken);

    /// <summary>
    /// Finds materials of all jobs on this device: those on a checklist where each of the words begins a word of the item's name,
    /// without regard to case, in the order of their ids.
    /// </summary>
    /// <param name="search">The words, at most 500 characters.</param>
    /// <param name="pageSize">At most so many: 1 to 10,000.</param>
    /// <param name="pageToken">The token of the page before; null for the first.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<RowPage<Material>> SearchAsync(
        string search, int pageSize = 100, string? pageToken = null, CancellationToken cancellationToken = default) =>
        _rows.ListAsync(
            new RowQuery<Material>(Table).Search(search).Where("is_deleted = 0").Page(pageSize, pageToken), cancellationToken);

    /// <summary>The checklist of a job as it is and each later one. See <see cref="CustomerStore.ObserveAsync"/>.</summary>
    /// <inheritdoc cref="ListAsync"/>
    public IAsyncEnumerable<IReadOnlyList<Material>> ObserveAsync(
        string jobId, bool includeRemoved = false, CancellationToken cancellationToken = default) =>
        _rows.ObserveAllAsync(Checklist(jobId, includeRemoved), cancellationToken);

    /// <summary>A material as it is and as it becomes; null while there is none.</summary>
    public IAsyncEnumerable<Material?> ObserveOneAsync(string id, CancellationToken cancellationToken = default) =>
        _rows.ObserveOneAsync(id, cancellationToken);

    /// <inheritdoc cref="CustomerStore.FindIdsAsync"/>
    public Task<IReadOnlyList<string>> FindIdsAsync(string prefix, int limit = 2, CancellationToken cancellationToken = default) =>
        _rows.FindIdsAsync(prefix, limit, cancellationToken);

    /// <summary>Adds a material to a job's checklist.</summary>
    /// <param name="material">The material; without an id it gets one, without a quantity 1, without a unit "each".</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The material as it now is here.</returns>
    public Task<Material> AddAsync(Material material, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(material);
        var draft = material.Clone();
        if (draft.Quantity.Length == 0)
            draft.Quantity = "1";
        if (draft.Unit.Length == 0)
            draft.Unit = "each";
        return _edits.CreateAsync(Table, draft, cancellationToken);
    }

    /// <summary>Changes a material.</summary>
    /// <inheritdoc cref="CustomerStore.UpdateAsync"/>
    public Task<Material> UpdateAsync(
        string id,
        Action<Material> edit,
        ConflictPolicy conflictPolicy = ConflictPolicy.LastWriteWins,
        CancellationToken cancellationToken = default) =>
        _edits.UpdateAsync(Table, id, edit, conflictPolicy, cancellationToken);

    /// <summary>Marks a material as bought, by the signed-in user.</summary>
    public Task<Material> MarkPurchasedAsync(string id, CancellationToken cancellationToken = default) =>
        UpdateAsync(id, row => row.Purchased = true, cancellationToken: cancellationToken);

    /// <summary>Marks a material as not bought.</summary>
    public Task<Material> UnmarkPurchasedAsync(string id, CancellationToken cancellationToken = default) =>
        UpdateAsync(id, row => row.Purchased = false, cancellationToken: cancellationToken);

    /// <summary>Takes a material off the list.</summary>
    public Task<Material> RemoveAsync(string id, CancellationToken cancellationToken = default) =>
        UpdateAsync(id, row => row.IsDeleted = true, cancellationToken: cancellationToken);

    /// <summary>Puts a material back on the list.</summary>
    public Task<Material> RestoreAsync(string id, CancellationToken cancellationToken = default) =>
        UpdateAsync(id, row => row.IsDeleted = false, cancellationToken: cancellationToken);

    private static RowQuery<Material> Checklist(string jobId, bool includeRemoved) =>
        new RowQuery<Material>(Table)
            .WhereId("job_id = $", jobId)
            .Where("is_deleted <= $", includeRemoved ? 1 : 0)
            .OrderBy("((purchased << 60) + created_at)");
}
