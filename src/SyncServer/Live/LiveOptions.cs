using System.ComponentModel.DataAnnotations;

namespace KhsCrm.SyncServer.Live;

/// <summary>How soon devices hear of changes, and how much waits for one that does not read.</summary>
public sealed class LiveOptions
{
    /// <summary>
    /// Gets or sets how often the database is asked whether anybody wrote past the service: psql, another program. 10 ms to
    /// 1 minute, default 250 ms. Nothing is asked while no device is connected.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Gets or sets the most deltas that wait for one stream: 1 to 10,000, default 64. A stream that falls further behind
    /// catches up from its cursor.
    /// </summary>
    [Range(1, 10_000)]
    public int QueueLength { get; set; } = 64;

    /// <summary>Gets or sets the most bytes of changes that wait for one stream: 64 KiB to 64 MiB, default 2 MiB.</summary>
    [Range(65_536, 67_108_864)]
    public int QueueBytes { get; set; } = 2_097_152;

    /// <summary>Gets or sets how many streams may read for themselves at the same time: 1 to 1,000, default 16.</summary>
    [Range(1, 1_000)]
    public int CatchUpReaders { get; set; } = 16;
}
