using KhsCrm.Contracts.Entities.Fields;
using KhsCrm.V1;

namespace KhsCrm.Contracts.Entities;

/// <summary>The audit trail, which the database writes. Read only, and the owner's.</summary>
internal static class ActivityLogs
{
    public static EntityKind<ActivityLog> Kind { get; } = new(
        EntityType.ActivityLog, "activity_log", "activity_logs", entity => entity.ActivityLog, (entity, row) => entity.ActivityLog = row,
        new IdField<ActivityLog>("id", row => row.Id, (row, value) => row.Id = value) { Writer = FieldWriter.Database },
        new TextField<ActivityLog>("entity_type", row => row.EntityType, (row, value) => row.EntityType = value) { Writer = FieldWriter.Database },
        new IdField<ActivityLog>("entity_id", row => row.EntityId, (row, value) => row.EntityId = value)
        {
            Writer = FieldWriter.Database,
            IsKeptByDevices = true,
        },
        new TextField<ActivityLog>("action", row => row.Action, (row, value) => row.Action = value) { Writer = FieldWriter.Database },
        new DetailsField<ActivityLog>("details", row => row.Details, (row, value) => row.Details = value) { Writer = FieldWriter.Database },
        new IdField<ActivityLog>("user_id", row => row.UserId, (row, value) => row.UserId = value) { Writer = FieldWriter.Database },
        new IdField<ActivityLog>(
            "job_id",
            row => row.HasJobId ? row.JobId : null,
            (row, value) => { if (value is null) row.ClearJobId(); else row.JobId = value; })
        {
            Writer = FieldWriter.Database,
            IsKeptByDevices = true,
        },
        new TimeField<ActivityLog>("created_at", row => row.CreatedAt, (row, value) => row.CreatedAt = value)
        {
            Writer = FieldWriter.Database,
            IsVersion = true,
            IsKeptByDevices = true,
        });
}
