using System.ComponentModel.DataAnnotations;

namespace KhsCrm.Storage.Deltas;

/// <summary>How deltas are cut.</summary>
public sealed class DeltaOptions
{
    /// <summary>Gets or sets the most changes in one delta: 1 to 10,000, default 4,000.</summary>
    [Range(1, 10_000)]
    public int PageSize { get; set; } = 4_000;

    /// <summary>
    /// Gets or sets the bytes of rows after which a delta ends, whatever its number of changes: 64 KiB to 2 MiB, default
    /// 1.5 MiB, which leaves room below gRPC's default limit of 4 MiB a message.
    /// </summary>
    [Range(65_536, 2_097_152)]
    public int PageBytes { get; set; } = 1_572_864;

    /// <summary>Gets or sets how long tombstones are kept: a device offline for longer takes everything anew. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan TombstoneRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// Gets or sets how old an entry of the audit trail may be that a device which asks for them is sent: 1 day to
    /// 10 years, default 90 days.
    /// </summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan ActivityLogAge { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Gets the kinds that this server knows. Only tests set it, to be a server of another version; a configuration cannot.</summary>
    public KindSet Kinds { get; internal set; } = KindSet.Known;
}
