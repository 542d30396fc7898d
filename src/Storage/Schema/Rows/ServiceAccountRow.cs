namespace KhsCrm.Storage.Schema.Rows;

/// <summary>A row of <c>service_accounts</c>: the key of a user that is another service.</summary>
public sealed class ServiceAccountRow
{
    /// <summary>The user that the service acts as.</summary>
    public Guid UserId { get; set; }

    /// <summary>SHA-256 of the key, lower-case hex.</summary>
    public required string KeyDigest { get; set; }

    /// <summary>The owner who made it.</summary>
    public Guid CreatedById { get; set; }

    /// <summary>When it was made.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>When the key stops working; null for never.</summary>
    public DateTime? ExpiresAt { get; set; }

    /// <summary>When an owner revoked it.</summary>
    public DateTime? RevokedAt { get; set; }

    /// <summary>When the key was last exchanged.</summary>
    public DateTime? LastUsedAt { get; set; }
}
