namespace KhsCrm.Storage.Schema.Rows;

/// <summary>A row of <c>devices</c>: one installation and how far its outbox has been taken.</summary>
public sealed class DeviceRow
{
    /// <summary>Chosen by the installation.</summary>
    public Guid Id { get; set; }

    /// <summary>Whose device.</summary>
    public Guid UserId { get; set; }

    /// <summary>The app and its version, last seen.</summary>
    public required string AppVersion { get; set; }

    /// <summary>The last operation with a result.</summary>
    public long LastClientSeq { get; set; }

    /// <summary>First Hello.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>Last Hello.</summary>
    public DateTime LastSeenAt { get; set; }

    /// <summary>When an owner revoked it.</summary>
    public DateTime? RevokedAt { get; set; }

    /// <summary>The owner who revoked it.</summary>
    public Guid? RevokedById { get; set; }

    /// <summary>The session that it spoke in last; null for one that was never heard of since version 3.</summary>
    public Guid? SessionId { get; set; }

    /// <summary>What shows the device that an order to wipe itself is ours; null until it asked for one.</summary>
    public byte[]? WipeProof { get; set; }

    /// <summary>Whether it is told to destroy its store.</summary>
    public bool IsWiped { get; set; }
}
