using System.ComponentModel.DataAnnotations;

namespace KhsCrm.Storage.Devices;

/// <summary>How many devices there may be.</summary>
public sealed class DeviceOptions
{
    /// <summary>Gets or sets the devices that one user may have registered: 1 to 1,000,000, default 1,000. Those unseen for a year are forgotten.</summary>
    [Range(1, 1_000_000)]
    public int PerUser { get; set; } = 1_000;
}
