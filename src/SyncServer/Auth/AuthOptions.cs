using System.ComponentModel.DataAnnotations;

namespace KhsCrm.SyncServer.Auth;

/// <summary>How access tokens are made.</summary>
public sealed class AuthOptions
{
    /// <summary>The key of the development host. A server in Production refuses to start with it.</summary>
    internal const string DevelopmentSigningKey = "khscrm-development-signing-key-for-loopback-only";

    /// <summary>
    /// Gets or sets the secrets that sign access tokens (HMAC-SHA256), at least 32 characters each, one or two: the first
    /// signs, both are accepted, so a key is rotated by putting the new one first.
    /// </summary>
    [Required]
    [Length(1, 2)]
    public IList<string> SigningKeys { get; set; } = [];

    /// <summary>Gets or sets how long an access token lives: 1 minute to 1 day, default 15 minutes.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromMinutes(15);
}
