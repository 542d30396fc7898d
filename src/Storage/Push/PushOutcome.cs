using KhsCrm.V1;

namespace KhsCrm.Storage.Push;

/// <summary>What became of a batch.</summary>
/// <param name="Results">One result an operation, in the same order. Empty when <paramref name="Refusal"/> is set.</param>
/// <param name="LastClientSeq">The device's last operation with a result.</param>
/// <param name="Refusal">
/// Why the batch as a whole was not taken, and nothing of it recorded: <see cref="ErrorReason.SequenceGap"/>,
/// <see cref="ErrorReason.DeviceForked"/>, <see cref="ErrorReason.DeviceNotYours"/> or
/// <see cref="ErrorReason.NotPermitted"/> for a user who may no longer sign in. Null when it was.
/// </param>
public sealed record PushOutcome(IReadOnlyList<OperationResult> Results, long LastClientSeq, ErrorReason? Refusal = null)
{
    internal static PushOutcome Refused(ErrorReason reason, long lastClientSeq = 0) => new([], lastClientSeq, reason);
}
