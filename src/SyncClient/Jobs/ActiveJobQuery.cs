using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>Which jobs the owner's dashboard shows: none that is completed, the last changed first.</summary>
public sealed record ActiveJobQuery
{
    // The very condition of the index job_active: most jobs of a business are completed ones.
    private const string IsActive = "status <> 4";

    /// <summary>Only those with one of these statuses; empty, the default, for all that are not completed.</summary>
    public IReadOnlyList<JobStatus> Statuses { get; init; } = [];

    /// <summary>Only those that this user is assigned to; null for all.</summary>
    public string? AssignedToId { get; init; }

    /// <summary>At most so many: 1 to 10,000. Default 100.</summary>
    public int PageSize { get; init; } = 100;

    /// <summary>The token of the page before; null for the first.</summary>
    public string? PageToken { get; init; }

    internal RowQuery<Job> ToRowQuery() =>
        new RowQuery<Job>(RowTables.Job)
            .Where(IsActive)
            .WhereIn("status", Statuses.Select(status => (long)status))
            .WhereAssignedTo(AssignedToId)
            .OrderBy("updated_at", isDescending: true)
            .Page(PageSize, PageToken);
}
