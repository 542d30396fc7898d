namespace KhsCrm.Storage.Schema.Rows;

/// <summary>A row of <c>sync_histories</c>: a history of this database that an operator began, which makes older cursors invalid.</summary>
public sealed class SyncHistoryRow
{
    /// <summary>Random, so that no two restores of one image share it.</summary>
    public Guid Id { get; set; }

    /// <summary>When it began. The newest is in force.</summary>
    public DateTime BegunAt { get; set; }
}
