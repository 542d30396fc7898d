using System.ComponentModel.DataAnnotations;

namespace KhsCrm.Storage.Push.Deferral;

/// <summary>How long an operation waits for a row that has not arrived yet.</summary>
public sealed class DeferralOptions
{
    /// <summary>
    /// Gets or sets how often a waiting operation is tried again before it fails: 0 to 30, default 12. With 0 none waits.
    /// The tries that the arrival of the row brings are not counted.
    /// </summary>
    [Range(0, 30)]
    public int MaxRetries { get; set; } = 12;

    /// <summary>
    /// Gets or sets the time before the first try: 1 second to 1 hour, default 30 seconds. It doubles with each, so that
    /// the defaults wait for a day and a half.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets how many operations of a device may wait at the same time: 1 to 100,000, default 1,000. One more is
    /// rejected with <c>LIMIT_EXCEEDED</c> instead.
    /// </summary>
    [Range(1, 100_000)]
    public int MaxWaitingPerDevice { get; set; } = 1_000;

    /// <summary>
    /// Gets or sets how often the ledger is asked for operations whose row came by another server or another program, or
    /// whose time has come: 100 ms to 10 minutes, default 5 seconds. What this server writes is seen at once.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);
}
