using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>Which customers to list, in what order, how many.</summary>
public sealed record CustomerQuery
{
    /// <summary>
    /// Only those where each of these words begins a word of the name, the address or the e-mail address, or whose phone
    /// number begins with the same digits; without regard to case. At most 500 characters. Null for all.
    /// </summary>
    public string? Search { get; init; }

    /// <summary>Only archived ones (true), only others (false, the default), or both (null).</summary>
    public bool? IsArchived { get; init; } = false;

    /// <summary>The order. Default by name.</summary>
    public CustomerOrder Order { get; init; }

    /// <summary>At most so many: 1 to 10,000. Default 100.</summary>
    public int PageSize { get; init; } = 100;

    /// <summary>The token of the page before; null for the first.</summary>
    public string? PageToken { get; init; }

    internal RowQuery<Customer> ToRowQuery()
    {
        var query = new RowQuery<Customer>(RowTables.Customer);
        if (IsArchived is { } isArchived)
            query.Where("is_archived = $", isArchived ? 1 : 0);
        query.Search(Search);
        return (Order == CustomerOrder.Name ? query.OrderBy("name") : query.OrderBy("updated_at", isDescending: true))
            .Page(PageSize, PageToken);
    }
}

/// <summary>The order of a list of customers.</summary>
public enum CustomerOrder
{
    /// <summary>By name, without regard to case.</summary>
    Name,

    /// <summary>The last changed first.</summary>
    LastUpdated,
}
