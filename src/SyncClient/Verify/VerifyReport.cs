namespace KhsCrm.SyncClient;

/// <summary>What <see cref="KhsCrmClient.VerifyAsync"/> found and did.</summary>
/// <param name="Entities">Each kind of row that was compared.</param>
public sealed record VerifyReport(IReadOnlyList<EntityVerification> Entities)
{
    /// <summary>Whether device and server hold the same rows in the same versions now.</summary>
    public bool IsEqual => Entities.All(entity => entity.IsEqual);

    /// <summary>How many rows of this device were repaired.</summary>
    public long Repaired => Entities.Sum(entity => entity.Repaired);
}
