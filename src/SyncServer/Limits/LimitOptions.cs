using System.ComponentModel.DataAnnotations;

namespace KhsCrm.SyncServer.Limits;

/// <summary>How much one account and one address may ask of the server.</summary>
public sealed class LimitOptions
{
    /// <summary>Gets or sets the window that attempts are counted in: 10 seconds to 1 hour, default 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "01:00:00")]
    public TimeSpan AttemptWindow { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets the passwords that may be tried for one account in a window, right or wrong: 1 to 1,000, default 10.</summary>
    [Range(1, 1_000)]
    public int PasswordsPerAccount { get; set; } = 10;

    /// <summary>Gets or sets the passwords that may be tried from one address in a window: 1 to 1,000,000, default 100.</summary>
    [Range(1, 1_000_000)]
    public int PasswordsPerAddress { get; set; } = 100;

    /// <summary>Gets or sets the refresh tokens of one account that may be traded in a window: 1 to 100,000, default 120.</summary>
    [Range(1, 100_000)]
    public int RefreshesPerAccount { get; set; } = 120;

    /// <summary>Gets or sets the refresh tokens that may be traded from one address in a window: 1 to 1,000,000, default 1,200.</summary>
    [Range(1, 1_000_000)]
    public int RefreshesPerAddress { get; set; } = 1_200;

    /// <summary>Gets or sets the streams that one user may hold open on this server: 1 to 1,000,000, default 100.</summary>
    [Range(1, 1_000_000)]
    public int StreamsPerUser { get; set; } = 100;

    /// <summary>Gets or sets the streams that one address may hold open on this server: 1 to 1,000,000, default 1,000.</summary>
    [Range(1, 1_000_000)]
    public int StreamsPerAddress { get; set; } = 1_000;

    /// <summary>
    /// Gets or sets how long a connection may be silent before it is asked by an HTTP/2 ping: 1 second to 1 hour, default 1
    /// minute.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeepAliveDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets how long the answer to a ping may take before the connection is closed: 1 second to 5 minutes, default 20 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(20);
}
