using KhsCrm.Contracts.Entities.Fields;
using KhsCrm.V1;

namespace KhsCrm.Contracts.Entities;

/// <summary>Assignments of users to jobs: made and deleted, never updated. They say which jobs a worker sees.</summary>
internal static class JobAssignments
{
    public static EntityKind<JobAssignment> Kind { get; } = new(
        EntityType.JobAssignment, "job_assignment", "job_assignments", entity => entity.JobAssignment, (entity, row) => entity.JobAssignment = row,
        new IdField<JobAssignment>("id", row => row.Id, (row, value) => row.Id = value) { Writer = FieldWriter.ClientOnCreate },
        new IdField<JobAssignment>("job_id", row => row.JobId, (row, value) => row.JobId = value)
        {
            Writer = FieldWriter.ClientOnCreate,
            References = EntityType.Job,
            IsKeptByDevices = true,
        },
        new IdField<JobAssignment>("user_id", row => row.UserId, (row, value) => row.UserId = value)
        {
            Writer = FieldWriter.ClientOnCreate,
            References = EntityType.User,
            IsKeptByDevices = true,
        },
        new TimeField<JobAssignment>("assigned_at", row => row.AssignedAt, (row, value) => row.AssignedAt = value)
        {
            Writer = FieldWriter.Database,
            IsVersion = true,
            IsKeptByDevices = true,
        },
        new IdField<JobAssignment>("updated_by_id", row => row.UpdatedById, (row, value) => row.UpdatedById = value)
        {
            Writer = FieldWriter.Service,
            NamesWriter = true,
        })
    {
        Route = new(Audience.Job, "job_id"),
    };
}
