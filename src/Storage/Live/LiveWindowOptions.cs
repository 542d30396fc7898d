using System.ComponentModel.DataAnnotations;

namespace KhsCrm.Storage.Live;

/// <summary>How much one read for all streams may bring into memory. A larger window is left to each stream's own catch-up.</summary>
public sealed class LiveWindowOptions
{
    /// <summary>Gets or sets the most changes of one window: 1 to 100,000, default 5,000.</summary>
    [Range(1, 100_000)]
    public int WindowRows { get; set; } = 5_000;

    /// <summary>
    /// Gets or sets the most bytes of one window, encoded: 64 KiB to 2 MiB, default 1 MiB, which leaves room below gRPC's
    /// default limit of 4 MiB a message.
    /// </summary>
    [Range(65_536, 2_097_152)]
    public int WindowBytes { get; set; } = 1_048_576;
}
