namespace KhsCrm.Storage.Schema.Rows;

/// <summary>A row of <c>activity_logs</c>, written by triggers. Partitioned by month of <c>created_at</c>.</summary>
public sealed class ActivityLogRow
{
    /// <summary>The entry.</summary>
    public Guid Id { get; set; }

    /// <summary>Singular, snake case.</summary>
    public required string EntityType { get; set; }

    /// <summary>The row that changed.</summary>
    public Guid EntityId { get; set; }

    /// <summary><c>create</c>, <c>update</c>, <c>delete</c>, or what a caller of <c>log_activity</c> says.</summary>
    public required string Action { get; set; }

    /// <summary>JSON: the changed columns, or the deleted row.</summary>
    public string? Details { get; set; }

    /// <summary>Who did it.</summary>
    public Guid UserId { get; set; }

    /// <summary>The job, while it exists.</summary>
    public Guid? JobId { get; set; }

    /// <summary>When.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>The transaction that wrote this version.</summary>
    public ulong ChangeXid { get; set; }
}
