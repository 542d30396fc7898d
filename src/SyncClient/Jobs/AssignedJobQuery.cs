using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>
/// Which jobs a worker's view shows: those to do, by the first day of work (those without one last), then the oldest first.
/// </summary>
public sealed record AssignedJobQuery
{
    // A page continues after one value: the day and, within it, the time in microseconds.
    private const string StartThenCreated =
        "printf('%08d%018d', CASE start_date WHEN 0 THEN 99999999 ELSE start_date END, created_at)";

    private static readonly JobStatus[] ToDo = [JobStatus.NotStarted, JobStatus.InProgress];

    /// <summary>Whose view; null, the default, for the signed-in user's own.</summary>
    public string? UserId { get; init; }

    /// <summary>Only those with one of these statuses; empty, the default, for not started and in progress.</summary>
    public IReadOnlyList<JobStatus> Statuses { get; init; } = [];

    /// <summary>At most so many: 1 to 10,000. Default 100.</summary>
    public int PageSize { get; init; } = 100;

    /// <summary>The token of the page before; null for the first.</summary>
    public string? PageToken { get; init; }

    internal RowQuery<Job> ToRowQuery(string signedInUserId) =>
        new RowQuery<Job>(RowTables.Job)
            .WhereIn("status", (Statuses.Count > 0 ? Statuses : ToDo).Select(status => (long)status))
            .WhereAssignedTo(UserId ?? signedInUserId)
            .OrderBy(StartThenCreated)
            .Page(PageSize, PageToken);
}
