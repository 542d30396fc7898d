using NpgsqlTypes;

namespace KhsCrm.Storage.Schema.Rows;

/// <summary>A row of <c>sync_timelines</c>: a timeline of this database's history, and where it left its parent.</summary>
public sealed class SyncTimelineRow
{
    /// <summary>Of <c>database_identity()</c>: the cluster, the database in it, and this table in that.</summary>
    public required string SystemIdentifier { get; set; }

    /// <summary>The timeline that the WAL is written on.</summary>
    public int TimelineId { get; set; }

    /// <summary>Where in the WAL the timeline left its parent; null when this could not be found out.</summary>
    public NpgsqlLogSequenceNumber? FirstLsn { get; set; }

    /// <summary>When a server first saw it.</summary>
    public DateTime StartedAt { get; set; }
}
