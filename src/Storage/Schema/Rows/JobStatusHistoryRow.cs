namespace KhsCrm.Storage.Schema.Rows;

/// <summary>A row of <c>job_status_history</c>, written by a trigger.</summary>
public sealed class JobStatusHistoryRow
{
    /// <summary>The entry.</summary>
    public Guid Id { get; set; }

    /// <summary>The job.</summary>
    public Guid JobId { get; set; }

    /// <summary>Null for the first status.</summary>
    public string? FromStatus { get; set; }

    /// <summary>The new status.</summary>
    public required string ToStatus { get; set; }

    /// <summary>Who changed it.</summary>
    public Guid ChangedById { get; set; }

    /// <summary>When.</summary>
    public DateTime ChangedAt { get; set; }

    /// <summary>The transaction that wrote this version.</summary>
    public ulong ChangeXid { get; set; }
}
