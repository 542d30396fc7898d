namespace KhsCrm.Storage.Schema.Rows;

/// <summary>A row of <c>tombstones</c>: a deleted row, or a link between rows that ended.</summary>
public sealed class TombstoneRow
{
    /// <summary>The tombstone.</summary>
    public Guid Id { get; set; }

    /// <summary>Singular, snake case; <c>job_customer</c> for a job that moved to another customer.</summary>
    public required string EntityType { get; set; }

    /// <summary>The row that is gone.</summary>
    public Guid EntityId { get; set; }

    /// <summary>Routes it: the job it belonged to.</summary>
    public Guid? JobId { get; set; }

    /// <summary>Routes it: the customer it belonged to.</summary>
    public Guid? CustomerId { get; set; }

    /// <summary>Routes it: the user it belonged to.</summary>
    public Guid? UserId { get; set; }

    /// <summary>When.</summary>
    public DateTime DeletedAt { get; set; }

    /// <summary>The transaction that deleted.</summary>
    public ulong ChangeXid { get; set; }
}
