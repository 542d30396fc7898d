namespace KhsCrm.Storage.Schema.Rows;

/// <summary>A row of <c>tombstone_marks</c>: which transactions had ended at a time.</summary>
public sealed class TombstoneMarkRow
{
    /// <summary>When.</summary>
    public DateTime TakenAt { get; set; }

    /// <summary>The oldest transaction that was running: all below it had ended.</summary>
    public ulong OldestXid { get; set; }

    /// <summary>Of <c>database_identity()</c>: whose transactions.</summary>
    public required string SystemIdentifier { get; set; }
}
