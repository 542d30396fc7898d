using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>Which jobs to list, in what order, how many.</summary>
public sealed record JobQuery
{
    /// <summary>
    /// Only those where each of these words begins a word of the title; without regard to case. At most 500 characters. Null for
    /// all.
    /// </summary>
    public string? Search { get; init; }

    /// <summary>Only those of this customer; null for all.</summary>
    public string? CustomerId { get; init; }

    /// <summary>Only those that this user is assigned to; null for all.</summary>
    public string? AssignedToId { get; init; }

    /// <summary>Only those with this status; null for all.</summary>
    public JobStatus? Status { get; init; }

    /// <summary>The order. Default the last changed first.</summary>
    public JobOrder Order { get; init; }

    /// <summary>At most so many: 1 to 10,000. Default 100.</summary>
    public int PageSize { get; init; } = 100;

    /// <summary>The token of the page before; null for the first.</summary>
    public string? PageToken { get; init; }

    internal RowQuery<Job> ToRowQuery()
    {
        var query = new RowQuery<Job>(RowTables.Job)
            .Search(Search)
            .WhereId("customer_id = $", CustomerId)
            .WhereAssignedTo(AssignedToId);
        if (Status is { } status)
            query.Where("status = $", (long)status);
        return (Order switch
        {
            JobOrder.Title => query.OrderBy("title"),
            JobOrder.StartDate => query.OrderBy("start_date"),
            _ => query.OrderBy("updated_at", isDescending: true),
        }).Page(PageSize, PageToken);
    }
}

/// <summary>The order of a list of jobs.</summary>
public enum JobOrder
{
    /// <summary>The last changed first.</summary>
    LastUpdated,

    /// <summary>By title, without regard to case.</summary>
    Title,

    /// <summary>By the first day of work; those without one first.</summary>
    StartDate,
}
