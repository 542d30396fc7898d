namespace KhsCrm.Contracts.Entities;

/// <summary>What a worker may do with rows that they may see. Deleting is for owners.</summary>
/// <param name="MayCreate">Whether they may make rows.</param>
/// <param name="Fields">The fields that they may set.</param>
public sealed record WorkerRights(bool MayCreate, params string[] Fields)
{
    /// <summary>Nothing.</summary>
    public static WorkerRights None { get; } = new(MayCreate: false);
}
