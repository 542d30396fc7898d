using System.ComponentModel.DataAnnotations;

namespace KhsCrm.SyncServer.Sync;

/// <summary>The limits of a stream; Welcome tells them to the device.</summary>
public sealed class SyncOptions
{
    /// <summary>Gets or sets the most operations a batch may have: 1 to 10,000, default 1,000.</summary>
    [Range(1, 10_000)]
    public int MaxOperationsPerBatch { get; set; } = 1_000;

    /// <summary>Gets or sets the most batches a device may send without a result: 1 to 100, default 4.</summary>
    [Range(1, 100)]
    public int MaxBatchesInFlight { get; set; } = 4;

    /// <summary>Gets or sets the most bytes of one message from a device: 64 KiB to 64 MiB, default 4 MiB.</summary>
    [Range(65_536, 67_108_864)]
    public int MaxMessageBytes { get; set; } = 4_194_304;

    /// <summary>Gets or sets how often an idle stream gets a Heartbeat: 1 second to 1 hour, default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how long before its token ends a stream is told so: 1 second to 10 minutes, default 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan CredentialsNotice { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets how long a stream may be open without a Hello: 1 second to 10 minutes, default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan HelloTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Gets or sets how long a stream that ends waits for its device to read what was accepted: 1 second to 10 minutes,
    /// default 10 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets over how long devices spread when the server shuts down: 0 to 5 minutes, default 10 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan ReconnectSpread { get; set; } = TimeSpan.FromSeconds(10);
}
