namespace KhsCrm.Storage.Schema.Rows;

/// <summary>A row of <c>sync_queue</c>, the ledger of pushed operations. Partitioned by <c>status</c>.</summary>
public sealed class SyncQueueRow
{
    /// <summary>The operation id that the device chose.</summary>
    public Guid Id { get; set; }

    /// <summary>Who pushed it.</summary>
    public Guid UserId { get; set; }

    /// <summary><c>create</c>, <c>update</c> or <c>delete</c>.</summary>
    public required string Operation { get; set; }

    /// <summary>Singular, snake case.</summary>
    public required string EntityType { get; set; }

    /// <summary>The row it is about.</summary>
    public Guid? EntityId { get; set; }

    /// <summary>JSON form of the operation, for people to read.</summary>
    public required string Payload { get; set; }

    /// <summary>How often a deferred operation was tried again.</summary>
    public int RetryCount { get; set; }

    /// <summary><c>pending</c>, <c>processing</c>, <c>completed</c> or <c>failed</c>.</summary>
    public required string Status { get; set; }

    /// <summary>Why it failed or waits.</summary>
    public string? Error { get; set; }

    /// <summary>When it was received.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>When it was completed or failed.</summary>
    public DateTime? ProcessedAt { get; set; }

    /// <summary>The device; null for a typed RPC.</summary>
    public Guid? DeviceId { get; set; }

    /// <summary>Its number in the device's outbox.</summary>
    public long? ClientSeq { get; set; }

    /// <summary>JSON form of the operation result, without the row; null for a plain <c>APPLIED</c>.</summary>
    public string? Result { get; set; }

    /// <summary>The bytes of an operation that waits or has failed; null once it is completed.</summary>
    public byte[]? Message { get; set; }

    /// <summary>The id of the job or customer that a pending operation waits for.</summary>
    public Guid? WaitsFor { get; set; }
}
