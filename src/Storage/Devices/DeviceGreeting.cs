using KhsCrm.V1;

namespace KhsCrm.Storage.Devices;

/// <summary>What the server knows of a device that says hello.</summary>
/// <param name="LastClientSeq">The device's last operation with a result; 0 for none.</param>
/// <param name="Role">The role of its user, as the database knows it now; unspecified for a deactivated user.</param>
public sealed record DeviceGreeting(long LastClientSeq, Role Role);
