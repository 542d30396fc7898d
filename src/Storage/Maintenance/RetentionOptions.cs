using System.ComponentModel.DataAnnotations;

namespace KhsCrm.Storage.Maintenance;

/// <summary>What the database keeps, and for how long.</summary>
public sealed class RetentionOptions
{
    /// <summary>Gets or sets how often a server looks for what may go: 1 minute to 1 day, default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// Gets or sets how long entries of the audit trail are kept, by whole months: 31 days to 100 years; null, the
    /// default, for ever.
    /// </summary>
    [Range(typeof(TimeSpan), "31.00:00:00", "36500.00:00:00")]
    public TimeSpan? ActivityLog { get; set; }

    /// <summary>
    /// Gets or sets how long the ledger keeps operations that took effect: 1 day to 100 years, default 90 days; null for
    /// ever. A device's replay is known by its number even then, a request of another service by this record alone.
    /// </summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "36500.00:00:00")]
    public TimeSpan? Ledger { get; set; } = TimeSpan.FromDays(90);

    /// <summary>
    /// Gets or sets how long the ledger keeps operations that failed, and why they did: 30 days to 100 years, default 400
    /// days; null for ever. Longer than <see cref="Devices"/>: a device that never heard of a failure is forgotten before it.
    /// </summary>
    [Range(typeof(TimeSpan), "30.00:00:00", "36500.00:00:00")]
    public TimeSpan? FailedLedger { get; set; } = TimeSpan.FromDays(400);

    /// <summary>
    /// Gets or sets how long a device is remembered that is not heard of: 30 days to 100 years, default 365 days; null for
    /// ever. One that comes back later registers anew. Revoked devices stay, so that they stay revoked.
    /// </summary>
    [Range(typeof(TimeSpan), "30.00:00:00", "36500.00:00:00")]
    public TimeSpan? Devices { get; set; } = TimeSpan.FromDays(365);
}
