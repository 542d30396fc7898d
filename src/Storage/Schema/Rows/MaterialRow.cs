namespace KhsCrm.Storage.Schema.Rows;

/// <summary>A row of <c>materials</c>.</summary>
public sealed class MaterialRow
{
    /// <summary>UUIDv7 by convention.</summary>
    public Guid Id { get; set; }

    /// <summary>Never changes.</summary>
    public Guid JobId { get; set; }

    /// <summary>What to get.</summary>
    public required string ItemName { get; set; }

    /// <summary>Above 0.</summary>
    public decimal Quantity { get; set; }

    /// <summary>What the quantity counts.</summary>
    public required string Unit { get; set; }

    /// <summary>With the next but one two fields, or none.</summary>
    public bool Purchased { get; set; }

    /// <summary>Free text.</summary>
    public string? Notes { get; set; }

    /// <summary>Who put it on the list.</summary>
    public Guid AddedById { get; set; }

    /// <summary>Who bought it.</summary>
    public Guid? PurchasedById { get; set; }

    /// <summary>When it was bought.</summary>
    public DateTime? PurchasedAt { get; set; }

    /// <summary>The soft delete of materials.</summary>
    public bool IsDeleted { get; set; }

    /// <summary>When the row was made.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>Ascends with each version; orders deltas.</summary>
    public DateTime UpdatedAt { get; set; }

    /// <summary>Who wrote this version.</summary>
    public Guid UpdatedById { get; set; }

    /// <summary>The transaction that wrote this version.</summary>
    public ulong ChangeXid { get; set; }
}
