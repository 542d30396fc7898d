namespace KhsCrm.SyncClient.Sync;

/// <summary>Another copy of this store used the device's numbers: the device must become a new one.</summary>
internal sealed class DeviceForkedException : Exception;
