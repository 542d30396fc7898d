using System.ComponentModel.DataAnnotations;

namespace KhsCrm.Storage.Sessions;

/// <summary>How users sign in and stay signed in.</summary>
public sealed class SignInOptions
{
    /// <summary>Gets or sets bcrypt's cost, the base-2 logarithm of its rounds: 10 to 16, default 11 (OWASP's Password Storage Cheat Sheet asks for 10 or more).</summary>
    [Range(10, 16)]
    public int BcryptCost { get; set; } = 11;

    /// <summary>Gets or sets how long a session lives without being refreshed. Default 60 days: a device may well be offline for a month.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan RefreshTokenLifetime { get; set; } = TimeSpan.FromDays(60);

    /// <summary>
    /// Gets or sets how long a refresh token that was just used is taken again while nobody has used its successor: the answer
    /// that carried that may have been lost. 0 to 1 day, default 10 minutes; 0: never.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan LostAnswerGrace { get; set; } = TimeSpan.FromMinutes(10);
}
