using KhsCrm.V1;

namespace KhsCrm.Storage.Devices;

/// <summary>What the server knows of a device that says hello.</summary>
/// <param name="LastClientSeq">The device's last operation with a result; 0 for none.</param>
/// <param name="Role">The role of its user, as the database knows it now; unspecified for a deactivated user.</param>
/// <param name="WipeProof">What shows the device later that an order to wipe itself is ours; null until it asked for one.</param>
public sealed record DeviceGreeting(long LastClientSeq, Role Role, byte[]? WipeProof = null)
{
    /// <summary>Whether the device, or the one that its session belonged to, was shut out. Then nothing else counts.</summary>
    public bool IsRevoked { get; init; }
}
