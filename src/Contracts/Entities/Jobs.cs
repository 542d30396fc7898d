using KhsCrm.Contracts.Entities.Fields;
using KhsCrm.Contracts.Values;
using KhsCrm.V1;

namespace KhsCrm.Contracts.Entities;

/// <summary>Jobs, of which a worker sets the status.</summary>
internal static class Jobs
{
    public static EntityKind<Job> Kind { get; } = new(
        EntityType.Job, "job", "jobs", entity => entity.Job, (entity, row) => entity.Job = row,
        new IdField<Job>("id", row => row.Id, (row, value) => row.Id = value) { Writer = FieldWriter.ClientOnCreate },
        new TextField<Job>("title", row => row.Title, (row, value) => row.Title = value)
        {
            Min = 1,
            Max = 255,
            IsKeptByDevices = true,
            Search = TextSearch.Words,
        },
        new TextField<Job>(
            "description",
            row => row.HasDescription ? row.Description : null,
            (row, value) => { if (value is null) row.ClearDescription(); else row.Description = value; })
        {
            Max = 100_000,
        },
        new IdField<Job>("customer_id", row => row.CustomerId, (row, value) => row.CustomerId = value)
        {
            References = EntityType.Customer,
            IsKeptByDevices = true,
        },
        new EnumField<Job>("status", row => (int)row.Status, (row, value) => row.Status = (JobStatus)value)
        {
            Default = (int)JobStatus.NotStarted,
            IsKeptByDevices = true,
        },
        new DayField<Job>("start_date", row => row.StartDate, (row, value) => row.StartDate = value) { IsKeptByDevices = true },
        new DayField<Job>("end_date", row => row.EndDate, (row, value) => row.EndDate = value),
        new TextField<Job>("notes", row => row.HasNotes ? row.Notes : null, (row, value) => { if (value is null) row.ClearNotes(); else row.Notes = value; })
        {
            Max = 100_000,
        },
        new IdField<Job>("created_by_id", row => row.CreatedById, (row, value) => row.CreatedById = value)
        {
            Writer = FieldWriter.ServiceOnCreate,
            NamesWriter = true,
        },
        new TimeField<Job>("created_at", row => row.CreatedAt, (row, value) => row.CreatedAt = value)
        {
            Writer = FieldWriter.Database,
            IsCreation = true,
            IsKeptByDevices = true,
        },
        new TimeField<Job>("updated_at", row => row.UpdatedAt, (row, value) => row.UpdatedAt = value)
        {
            Writer = FieldWriter.Database,
            IsVersion = true,
            IsKeptByDevices = true,
        },
        new IdField<Job>("updated_by_id", row => row.UpdatedById, (row, value) => row.UpdatedById = value)
        {
            Writer = FieldWriter.Service,
            NamesWriter = true,
        })
    {
        Route = new(Audience.Job, "id"),
        Workers = new(MayCreate: false, "status"),
        Etag = (row => row.Etag, (row, value) => row.Etag = value),
        WholeRule = CheckDays,
    };

    private static FieldViolation? CheckDays(Job job) =>
        job is { StartDate: { } start, EndDate: { } end }
        && (start.Year, start.Month, start.Day).CompareTo((end.Year, end.Month, end.Day)) > 0
            ? new("end_date", "must not be before start_date")
            : null;
}
