namespace KhsCrm.Storage.Schema.Rows;

/// <summary>A row of <c>customers</c>.</summary>
public sealed class CustomerRow
{
    /// <summary>UUIDv7 by convention.</summary>
    public Guid Id { get; set; }

    /// <summary>Required.</summary>
    public required string Name { get; set; }

    /// <summary>As the user writes it.</summary>
    public string? Phone { get; set; }

    /// <summary>Optional.</summary>
    public string? Email { get; set; }

    /// <summary>Required.</summary>
    public required string Address { get; set; }

    /// <summary>Free text.</summary>
    public string? Notes { get; set; }

    /// <summary>The soft delete of customers.</summary>
    public bool IsArchived { get; set; }

    /// <summary>When the row was made.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>Ascends with each version; orders deltas.</summary>
    public DateTime UpdatedAt { get; set; }

    /// <summary>Who wrote this version.</summary>
    public Guid UpdatedById { get; set; }

    /// <summary>The transaction that wrote this version.</summary>
    public ulong ChangeXid { get; set; }
}
