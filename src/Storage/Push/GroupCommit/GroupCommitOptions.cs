using System.ComponentModel.DataAnnotations;

namespace KhsCrm.Storage.Push.GroupCommit;

/// <summary>How the batches of many devices share transactions.</summary>
public sealed class GroupCommitOptions
{
    /// <summary>Gets or sets how many transactions run at a time: 1 to 16, default 2.</summary>
    [Range(1, 16)]
    public int Committers { get; set; } = 2;

    /// <summary>
    /// Gets or sets the operations that a transaction takes at most, unless the batch of one device alone has more: 1 to
    /// 100,000, default 2,000.
    /// </summary>
    [Range(1, 100_000)]
    public int MaxOperations { get; set; } = 2_000;

    /// <summary>
    /// Gets or sets the operations that may wait for a transaction; a device whose batch finds no room waits, and nothing
    /// more is read from it. 1 to 1,000,000, default 20,000.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxQueuedOperations { get; set; } = 20_000;

    /// <summary>Gets or sets the bytes that may wait for a transaction: 64 KiB to 1 GiB, default 64 MiB.</summary>
    [Range(65_536, 1_073_741_824)]
    public int MaxQueuedBytes { get; set; } = 67_108_864;

    /// <summary>
    /// Gets or sets how long a shared transaction waits for a lock that another program holds, before the batch that wants
    /// it is set aside to wait alone: 10 ms to 1 minute, default 500 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromMilliseconds(500);
}
