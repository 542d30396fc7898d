using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>What <see cref="KhsCrmClient.VerifyAsync"/> found of one kind of row.</summary>
/// <param name="EntityType">The kind.</param>
/// <param name="Compared">How many rows the server has in the user's scope.</param>
/// <param name="Differing">How many rows of this device were found to differ: missing, too many, or of another version.</param>
/// <param name="Repaired">How many of them were repaired.</param>
/// <param name="Received">How many rows the server sent for that.</param>
/// <param name="IsEqual">Whether device and server hold the same rows in the same versions now.</param>
public sealed record EntityVerification(
    EntityType EntityType, long Compared, long Differing, long Repaired, long Received, bool IsEqual);
