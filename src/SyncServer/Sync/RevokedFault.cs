using KhsCrm.Storage.Devices;
using KhsCrm.SyncServer.Errors;
using KhsCrm.V1;

namespace KhsCrm.SyncServer.Sync;

/// <summary>Tells a device that it was shut out and, with the proof that it was given, that it is to destroy its store.</summary>
internal static class RevokedFault
{
    public static RpcFault Of(DeviceGreeting greeting) => greeting.WipeProof is { } proof
        ? new(ErrorReason.DeviceRevoked, "the device was revoked and is to be wiped", ("wipe_proof", Convert.ToHexStringLower(proof)))
        : new(ErrorReason.DeviceRevoked, "the device was revoked");
}
