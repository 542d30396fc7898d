using Google.Protobuf.WellKnownTypes;
using KhsCrm.V1;

namespace KhsCrm.TestKit.History;

/// <summary>What the checker knows of a version of a row.</summary>
/// <param name="Row">Its name.</param>
/// <param name="Version">Its time in microseconds since 1970: <c>updated_at</c>, or the one time that it has.</param>
/// <param name="JobId">The job that it belongs to; a job belongs to itself.</param>
/// <param name="CustomerId">A job's customer.</param>
/// <param name="UserId">An assignment's user.</param>
/// <param name="Notes">Its notes.</param>
public sealed record RowFacts(
    RowKey Row, long Version, string? JobId = null, string? CustomerId = null, string? UserId = null, string? Notes = null)
{
    /// <summary>Reads a row.</summary>
    public static RowFacts? Of(Entity? entity) => entity?.RowCase switch
    {
        Entity.RowOneofCase.User => new(new(EntityType.User, entity.User.Id), Micros(entity.User.UpdatedAt)),
        Entity.RowOneofCase.Customer when entity.Customer is var row => new(
            new(EntityType.Customer, row.Id), Micros(row.UpdatedAt), Notes: row.HasNotes ? row.Notes : null),
        Entity.RowOneofCase.Job when entity.Job is var row => new(
            new(EntityType.Job, row.Id), Micros(row.UpdatedAt), row.Id, row.CustomerId, Notes: row.HasNotes ? row.Notes : null),
        Entity.RowOneofCase.JobAssignment when entity.JobAssignment is var row => new(
            new(EntityType.JobAssignment, row.Id), Micros(row.AssignedAt), row.JobId, UserId: row.UserId),
        Entity.RowOneofCase.Material when entity.Material is var row => new(
            new(EntityType.Material, row.Id), Micros(row.UpdatedAt), row.JobId, Notes: row.HasNotes ? row.Notes : null),
        Entity.RowOneofCase.JobStatusHistory when entity.JobStatusHistory is var row => new(
            new(EntityType.JobStatusHistory, row.Id), Micros(row.ChangedAt), row.JobId),
        Entity.RowOneofCase.ActivityLog => new(new(EntityType.ActivityLog, entity.ActivityLog.Id), Micros(entity.ActivityLog.CreatedAt)),
        _ => null,
    };

    /// <summary>A time of the contract as a version.</summary>
    public static long Micros(Timestamp? time) => time is null ? 0 : (time.Seconds * 1_000_000) + (time.Nanos / 1_000);
}
