namespace KhsCrm.Storage.Schema.Rows;

/// <summary>A row of <c>sync_timelines</c>: a timeline of a database system and the first transaction on it.</summary>
public sealed class SyncTimelineRow
{
    /// <summary>Of <c>pg_control_system()</c>.</summary>
    public required string SystemIdentifier { get; set; }

    /// <summary>Of <c>pg_control_checkpoint()</c>.</summary>
    public int TimelineId { get; set; }

    /// <summary>Transactions from here on belong to the timeline.</summary>
    public ulong FirstXid { get; set; }

    /// <summary>When a server first saw it.</summary>
    public DateTime StartedAt { get; set; }
}
