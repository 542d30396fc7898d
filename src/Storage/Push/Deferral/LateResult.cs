using KhsCrm.V1;

namespace KhsCrm.Storage.Push.Deferral;

/// <summary>The final result of an operation that had waited.</summary>
/// <param name="DeviceId">The device that pushed it; null for a typed RPC.</param>
/// <param name="Result">What became of it.</param>
public sealed record LateResult(Guid? DeviceId, OperationResult Result);
