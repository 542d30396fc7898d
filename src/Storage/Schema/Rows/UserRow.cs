namespace KhsCrm.Storage.Schema.Rows;

/// <summary>A row of <c>users</c>.</summary>
public sealed class UserRow
{
    /// <summary>UUIDv7 by convention.</summary>
    public Guid Id { get; set; }

    /// <summary>Unique without regard to case.</summary>
    public required string Email { get; set; }

    /// <summary>bcrypt; <c>!</c> for a user who cannot sign in.</summary>
    public required string PasswordHash { get; set; }

    /// <summary>Shown to colleagues.</summary>
    public required string Name { get; set; }

    /// <summary><c>OWNER</c> or <c>WORKER</c>.</summary>
    public required string Role { get; set; }

    /// <summary>False once deactivated.</summary>
    public bool IsActive { get; set; }

    /// <summary>True for another service's account.</summary>
    public bool IsService { get; set; }

    /// <summary>Last successful sign-in.</summary>
    public DateTime? LastLoginAt { get; set; }

    /// <summary>When the row was made.</summary>
    public DateTime CreatedAt { get; set; }

    /// <summary>Ascends with each version; orders deltas.</summary>
    public DateTime UpdatedAt { get; set; }

    /// <summary>Who wrote this version.</summary>
    public Guid UpdatedById { get; set; }

    /// <summary>The transaction that wrote this version.</summary>
    public ulong ChangeXid { get; set; }
}
