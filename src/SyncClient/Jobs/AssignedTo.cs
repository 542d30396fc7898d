using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>The condition on who is assigned to a job.</summary>
internal static class AssignedTo
{
    /// <summary>Only jobs that a user is assigned to; null for all.</summary>
    public static RowQuery<Job> WhereAssignedTo(this RowQuery<Job> query, string? userId) => userId is null
        ? query
        : query
            .WhereId("id IN (SELECT job_id FROM job_assignment WHERE user_id = $ AND hidden = 0)", userId)
            .DependsOn(EntityType.JobAssignment);
}
