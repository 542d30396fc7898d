using KhsCrm.SyncClient.Outbox;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>The jobs on this device. See <see cref="CustomerStore"/> for what every member throws.</summary>
public sealed class JobStore
{
    private static readonly RowTable<Job> Table = RowTables.Job;

    private readonly RowReader<Job> _rows;
    private readonly RowReader<JobStatusHistory> _history;
    private readonly EditQueue _edits;

    internal JobStore(LocalStore store, EditQueue edits) =>
        (_rows, _history, _edits) = (new(store, Table), new(store, RowTables.JobStatusHistory), edits);

    /// <summary>Finds a job; null when there is none.</summary>
    public Task<Job?> FindAsync(string id, CancellationToken cancellationToken = default) =>
        _rows.FindAsync(id, cancellationToken);

    /// <summary>Reads a job.</summary>
    /// <exception cref="RowNotFoundException">There is none with this id.</exception>
    public Task<Job> GetAsync(string id, CancellationToken cancellationToken = default) =>
        _rows.GetAsync(id, cancellationToken);

    /// <summary>Lists jobs.</summary>
    /// <param name="query">Which, in what order, how many; null for all, the last changed first.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<RowPage<Job>> ListAsync(JobQuery? query = null, CancellationToken cancellationToken = default) =>
        _rows.ListAsync((query ?? new()).ToRowQuery(), cancellationToken);

    /// <inheritdoc cref="CustomerStore.FindIdsAsync"/>
    public Task<IReadOnlyList<string>> FindIdsAsync(string prefix, int limit = 2, CancellationToken cancellationToken = default) =>
        _rows.FindIdsAsync(prefix, limit, cancellationToken);

    /// <summary>Lists the status changes of a job that the server has recorded, oldest first.</summary>
    public Task<IReadOnlyList<JobStatusHistory>> ListStatusHistoryAsync(string jobId, CancellationToken cancellationToken = default) =>
        _history.ListAllAsync(
            new RowQuery<JobStatusHistory>(RowTables.JobStatusHistory).WhereId("job_id = $", jobId).OrderBy("changed_at"),
            cancellationToken);

    /// <summary>Adds a job.</summary>
    /// <param name="job">The job; without an id it gets one, without a status it is not started.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The job as it now is here.</returns>
    public Task<Job> AddAsync(Job job, CancellationToken cancellationToken = default) =>
        _edits.CreateAsync(Table, job, cancellationToken);

    /// <summary>Changes a job.</summary>
    /// <inheritdoc cref="CustomerStore.UpdateAsync"/>
    public Task<Job> UpdateAsync(
        string id,
        Action<Job> edit,
        ConflictPolicy conflictPolicy = ConflictPolicy.LastWriteWins,
        CancellationToken cancellationToken = default) =>
        _edits.UpdateAsync(Table, id, edit, conflictPolicy, cancellationToken);

    /// <summary>Changes where the work stands.</summary>
    /// <param name="id">The job's id.</param>
    /// <param name="status">The new status, one that may follow the present one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<Job> ChangeStatusAsync(string id, JobStatus status, CancellationToken cancellationToken = default) =>
        UpdateAsync(id, row => row.Status = status, cancellationToken: cancellationToken);

    /// <summary>Deletes a job for good, with its materials, assignments and history.</summary>
    public Task DeleteAsync(string id, CancellationToken cancellationToken = default) =>
        _edits.DeleteAsync(Table, id, cancellationToken);
}
