using KhsCrm.V1;

namespace KhsCrm.Contracts.Rules;

/// <summary>Which changes of a job's status are allowed (DESIGN §8). The database holds the same table in a trigger.</summary>
public static class JobStatusTransitions
{
    /// <summary>Whether a job may go from one status to another. Staying is always allowed.</summary>
    public static bool IsAllowed(JobStatus from, JobStatus to) => from == to || (from, to) switch
    {
        (JobStatus.NotStarted, JobStatus.InProgress or JobStatus.WaitingOnMaterials or JobStatus.OnHold) => true,
        (JobStatus.InProgress, JobStatus.WaitingOnMaterials or JobStatus.OnHold or JobStatus.Completed) => true,
        (JobStatus.WaitingOnMaterials, JobStatus.InProgress or JobStatus.OnHold) => true,
        (JobStatus.OnHold, JobStatus.NotStarted or JobStatus.InProgress or JobStatus.WaitingOnMaterials) => true,
        (JobStatus.Completed, JobStatus.InProgress) => true,
        _ => false,
    };

    /// <summary>Whether only an owner may make this change: reopening a completed job.</summary>
    public static bool IsOwnersOnly(JobStatus from, JobStatus to) =>
        from == JobStatus.Completed && to != JobStatus.Completed;
}
