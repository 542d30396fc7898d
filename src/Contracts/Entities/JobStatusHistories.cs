using KhsCrm.Contracts.Entities.Fields;
using KhsCrm.V1;

namespace KhsCrm.Contracts.Entities;

/// <summary>Status changes of jobs, which the database notes. Read only.</summary>
internal static class JobStatusHistories
{
    public static EntityKind<JobStatusHistory> Kind { get; } = new(
        EntityType.JobStatusHistory, "job_status_history", "job_status_history",
        entity => entity.JobStatusHistory, (entity, row) => entity.JobStatusHistory = row,
        new IdField<JobStatusHistory>("id", row => row.Id, (row, value) => row.Id = value) { Writer = FieldWriter.Database },
        new IdField<JobStatusHistory>("job_id", row => row.JobId, (row, value) => row.JobId = value)
        {
            Writer = FieldWriter.Database,
            IsKeptByDevices = true,
        },
        new EnumField<JobStatusHistory>("from_status", row => (int)row.FromStatus, (row, value) => row.FromStatus = (JobStatus)value)
        {
            Writer = FieldWriter.Database,
        },
        new EnumField<JobStatusHistory>("to_status", row => (int)row.ToStatus, (row, value) => row.ToStatus = (JobStatus)value)
        {
            Writer = FieldWriter.Database,
        },
        new IdField<JobStatusHistory>("changed_by_id", row => row.ChangedById, (row, value) => row.ChangedById = value) { Writer = FieldWriter.Database },
        new TimeField<JobStatusHistory>("changed_at", row => row.ChangedAt, (row, value) => row.ChangedAt = value)
        {
            Writer = FieldWriter.Database,
            IsVersion = true,
            IsKeptByDevices = true,
        })
    {
        Route = new(Audience.Job, "job_id"),
    };
}
