using KhsCrm.SyncClient.Outbox;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>Who is assigned to which job. See <see cref="CustomerStore"/> for what every member throws.</summary>
public sealed class AssignmentStore
{
    private static readonly RowTable<JobAssignment> Table = RowTables.JobAssignment;

    private readonly RowReader<JobAssignment> _rows;
    private readonly EditQueue _edits;

    internal AssignmentStore(LocalStore store, EditQueue edits) => (_rows, _edits) = (new(store, Table), edits);

    /// <summary>Lists who is assigned to a job, the first assigned first.</summary>
    public Task<IReadOnlyList<JobAssignment>> ListByJobAsync(string jobId, CancellationToken cancellationToken = default) =>
        _rows.ListAllAsync(Query().WhereId("job_id = $", jobId), cancellationToken);

    /// <summary>Lists what a user is assigned to, the first assigned first.</summary>
    public Task<IReadOnlyList<JobAssignment>> ListByUserAsync(string userId, CancellationToken cancellationToken = default) =>
        _rows.ListAllAsync(Query().WhereId("user_id = $", userId), cancellationToken);

    /// <summary>Who is assigned to a job, now and later. See <see cref="CustomerStore.ObserveAsync"/>.</summary>
    public IAsyncEnumerable<IReadOnlyList<JobAssignment>> ObserveByJobAsync(
        string jobId, CancellationToken cancellationToken = default) =>
        _rows.ObserveAllAsync(Query().WhereId("job_id = $", jobId), cancellationToken);

    /// <summary>What a user is assigned to, now and later. See <see cref="CustomerStore.ObserveAsync"/>.</summary>
    public IAsyncEnumerable<IReadOnlyList<JobAssignment>> ObserveByUserAsync(
        string userId, CancellationToken cancellationToken = default) =>
        _rows.ObserveAllAsync(Query().WhereId("user_id = $", userId), cancellationToken);

    /// <summary>Puts a user on a job.</summary>
    /// <returns>The assignment.</returns>
    public Task<JobAssignment> AssignAsync(string jobId, string userId, CancellationToken cancellationToken = default) =>
        _edits.CreateAsync(Table, new JobAssignment { JobId = jobId, UserId = userId }, cancellationToken);

    /// <summary>Takes a user off a job.</summary>
    /// <exception cref="RowNotFoundException">The user is not assigned to it.</exception>
    public async Task UnassignAsync(string jobId, string userId, CancellationToken cancellationToken = default)
    {
        var found = await _rows.ListAllAsync(
            Query().WhereId("job_id = $", jobId).WhereId("user_id = $", userId), cancellationToken).ConfigureAwait(false);
        if (found.Count == 0)
            throw new RowNotFoundException("assignment of the user to the job", jobId);
        await _edits.DeleteAsync(Table, found[0].Id, cancellationToken).ConfigureAwait(false);
    }

    private static RowQuery<JobAssignment> Query() => new RowQuery<JobAssignment>(Table).OrderBy("assigned_at");
}
