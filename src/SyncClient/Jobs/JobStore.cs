using KhsCrm.SyncClient.Outbox;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>The jobs on this device. See <see cref="CustomerStore"/> for what every member throws.</summary>
public sealed class JobStore
{
    private static readonly RowTable<Job> Table = RowTables.Job;

    private readonly LocalStore _store;
    private readonly RowReader<Job> _rows;
    private readonly RowReader<JobStatusHistory> _history;
    private readonly EditQueue _edits;

    internal JobStore(LocalStore store, EditQueue edits) =>
        (_store, _rows, _history, _edits) = (store, new(store, Table), new(store, RowTables.JobStatusHistory), edits);

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

    /// <summary>Jobs as they are and as they become. See <see cref="CustomerStore.ObserveAsync"/>.</summary>
    /// <param name="query">Which, in what order, how many; null for all, the last changed first.</param>
    /// <param name="cancellationToken">Ends the observation.</param>
    public IAsyncEnumerable<RowPage<Job>> ObserveAsync(JobQuery? query = null, CancellationToken cancellationToken = default) =>
        _rows.ObserveAsync((query ?? new()).ToRowQuery(), cancellationToken);

    /// <summary>A job as it is and as it becomes; null while there is none.</summary>
    /// <param name="id">The job's id.</param>
    /// <param name="cancellationToken">Ends the observation.</param>
    public IAsyncEnumerable<Job?> ObserveOneAsync(string id, CancellationToken cancellationToken = default) =>
        _rows.ObserveOneAsync(id, cancellationToken);

    /// <summary>The owner's dashboard: jobs that are not completed, each with its customer's name and its workers.</summary>
    /// <param name="query">Which, how many; null for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<RowPage<ActiveJob>> ListActiveAsync(ActiveJobQuery? query = null, CancellationToken cancellationToken = default) =>
        _store.AskAsync(ActiveJobs.Query(query ?? new()), cancellationToken);

    /// <summary>The owner's dashboard, now and later. See <see cref="CustomerStore.ObserveAsync"/>.</summary>
    /// <param name="query">Which, how many; null for all.</param>
    /// <param name="cancellationToken">Ends the observation.</param>
    public IAsyncEnumerable<RowPage<ActiveJob>> ObserveActiveAsync(
        ActiveJobQuery? query = null, CancellationToken cancellationToken = default) =>
        _store.ObserveAsync(ActiveJobs.Query(query ?? new()), cancellationToken);

    /// <summary>A worker's view: the jobs to do, each with its customer's name, address and phone number.</summary>
    /// <param name="query">Whose, which, how many; null for what the signed-in user has to do.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<RowPage<AssignedJob>> ListAssignedAsync(
        AssignedJobQuery? query = null, CancellationToken cancellationToken = default) =>
        _store.AskAsync(AssignedJobs.Query(query ?? new()), cancellationToken);

    /// <summary>A worker's view, now and later. See <see cref="CustomerStore.ObserveAsync"/>.</summary>
    /// <param name="query">Whose, which, how many; null for what the signed-in user has to do.</param>
    /// <param name="cancellationToken">Ends the observation.</param>
    public IAsyncEnumerable<RowPage<AssignedJob>> ObserveAssignedAsync(
        AssignedJobQuery? query = null, CancellationToken cancellationToken = default) =>
        _store.ObserveAsync(AssignedJobs.Query(query ?? new()), cancellationToken);

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
