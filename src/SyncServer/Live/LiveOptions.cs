using System.ComponentModel.DataAnnotations;

namespace KhsCrm.SyncServer.Live;

/// <summary>How soon devices hear of changes.</summary>
public sealed class LiveOptions
{
    /// <summary>
    /// Gets or sets how often the database is asked whether anybody wrote past this server: psql, another program, another
    /// server. 10 ms to 1 minute, default 250 ms. Nothing is asked while no device is connected.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(250);
}
