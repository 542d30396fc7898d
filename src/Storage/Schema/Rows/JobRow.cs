namespace KhsCrm.Storage.Schema.Rows;

/// <summary>A row of <c>jobs</c>.</summary>
public sealed class JobRow
{
    /// <summary>UUIDv7 by convention.</summary>
    public Guid Id { get; set; }

    /// <summary>Required.</summary>
    public required string Title { get; set; }

    /// <summary>Free text.</summary>
    public string? Description { get; set; }

    /// <summary>Whose job it is.</summary>
    public Guid CustomerId { get; set; }

    /// <summary>Changes only as DESIGN §8 allows.</summary>
    public required string Status { get; set; }

    /// <summary>First day of work.</summary>
    public DateOnly? StartDate { get; set; }

    /// <summary>Last day of work.</summary>
    public DateOnly? EndDate { get; set; }

    /// <summary>Free text.</summary>
    public string? Notes { get; set; }

    /// <summary>Who made it.</summary>
    public Guid CreatedById { get; set; }

    /// <summary>When the row was made.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>Ascends with each version; orders deltas.</summary>
    public DateTime UpdatedAt { get; set; }

    /// <summary>Who wrote this version.</summary>
    public Guid UpdatedById { get; set; }

    /// <summary>The transaction that wrote this version.</summary>
    public ulong ChangeXid { get; set; }
}
