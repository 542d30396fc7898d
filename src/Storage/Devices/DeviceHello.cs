namespace KhsCrm.Storage.Devices;

/// <summary>A device that says hello.</summary>
/// <param name="DeviceId">The id that the installation chose.</param>
/// <param name="UserId">The signed-in user.</param>
/// <param name="SessionId">The user's session; null when the caller has none.</param>
/// <param name="AppVersion">The app and its version; empty for a caller that does not say.</param>
/// <param name="WipeProof">The proof to give the device if it has none yet; null when it does not ask.</param>
public sealed record DeviceHello(Guid DeviceId, Guid UserId, Guid? SessionId, string AppVersion, byte[]? WipeProof = null);
