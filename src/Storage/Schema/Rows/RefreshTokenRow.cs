namespace KhsCrm.Storage.Schema.Rows;

/// <summary>A row of <c>refresh_tokens</c>: one token of a session.</summary>
public sealed class RefreshTokenRow
{
    /// <summary>The token.</summary>
    public Guid Id { get; set; }

    /// <summary>SHA-256 of the token, lower-case hex.</summary>
    public required string Token { get; set; }

    /// <summary>Whose session.</summary>
    public Guid UserId { get; set; }

    /// <summary>When it stops working.</summary>
    public DateTime ExpiresAt { get; set; }

    /// <summary>When it was issued.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>The sign-in it descends from.</summary>
    public Guid FamilyId { get; set; }

    /// <summary>When it was traded for the next one.</summary>
    public DateTime? UsedAt { get; set; }

    /// <summary>Recognises the session's former tokens; null for a token issued before there were keys.</summary>
    public byte[]? FamilyKey { get; set; }
}
