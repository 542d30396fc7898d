using KhsCrm.Contracts.Kinds;
using KhsCrm.V1;

namespace KhsCrm.Contracts.Rules;

/// <summary>
/// The rules that a row keeps by itself, the same on a device and on the server: lengths, ranges, formats. They mirror
/// the constraints of the schema, so that a bad edit is refused where it is made.
/// </summary>
public static class EntityRules
{
    private const int MaxText = 100_000;

    /// <summary>Checks a whole new row.</summary>
    /// <returns>What is wrong; empty when nothing is.</returns>
    public static IReadOnlyList<FieldViolation> CheckCreate(Entity entity) =>
        Check(entity, EntityKinds.Of(entity)?.Fields ?? []);

    /// <summary>Checks the given fields of a row, and its id.</summary>
    /// <param name="entity">The row.</param>
    /// <param name="fields">Proto field names, each one of <see cref="EntityKind.Fields"/>.</param>
    /// <returns>What is wrong; empty when nothing is.</returns>
    public static IReadOnlyList<FieldViolation> Check(Entity entity, IEnumerable<string> fields)
    {
        if (EntityKinds.Of(entity) is not { } kind)
            return [new("entity", "must be set")];
        List<FieldViolation> violations = [];
        if (Field.Id("id", kind.GetId(entity)) is { } badId)
            violations.Add(badId);
        foreach (var field in fields)
        {
            if (CheckField(entity, field) is { } violation)
                violations.Add(violation);
        }

        return violations;
    }

    /// <summary>Checks what spans several fields: a job does not end before it starts.</summary>
    /// <param name="entity">The row as it would be.</param>
    public static FieldViolation? CheckWhole(Entity entity)
    {
        if (entity.Job is not { StartDate: { } start, EndDate: { } end })
            return null;
        return (start.Year, start.Month, start.Day).CompareTo((end.Year, end.Month, end.Day)) > 0
            ? new("end_date", "must not be before start_date")
            : null;
    }

    private static FieldViolation? CheckField(Entity entity, string field) => entity.RowCase switch
    {
        Entity.RowOneofCase.User => CheckUser(entity.User, field),
        Entity.RowOneofCase.Customer => CheckCustomer(entity.Customer, field),
        Entity.RowOneofCase.Job => CheckJob(entity.Job, field),
        Entity.RowOneofCase.JobAssignment => CheckJobAssignment(entity.JobAssignment, field),
        Entity.RowOneofCase.Material => CheckMaterial(entity.Material, field),
        _ => new("entity", "is read only"),
    };

    private static FieldViolation? CheckUser(User user, string field) => field switch
    {
        "email" => Field.Email(field, user.Email, 3),
        "name" => Field.Text(field, user.Name, 1, 100),
        "role" when user.Role == Role.Unspecified => new(field, "must be OWNER or WORKER"),
        "role" => Field.Known(field, user.Role),
        _ => null,
    };

    private static FieldViolation? CheckCustomer(Customer customer, string field) => field switch
    {
        "name" => Field.Text(field, customer.Name, 1, 255),
        "phone" when customer.HasPhone => Field.Text(field, customer.Phone, 0, 20),
        "email" when customer.HasEmail => Field.Email(field, customer.Email, 0),
        "address" => Field.Text(field, customer.Address, 1, 10_000),
        "notes" when customer.HasNotes => Field.Text(field, customer.Notes, 0, MaxText),
        _ => null,
    };

    private static FieldViolation? CheckJob(Job job, string field) => field switch
    {
        "title" => Field.Text(field, job.Title, 1, 255),
        "description" when job.HasDescription => Field.Text(field, job.Description, 0, MaxText),
        "customer_id" => Field.Id(field, job.CustomerId),
        "status" => Field.Known(field, job.Status),
        "start_date" => Field.Day(field, job.StartDate),
        "end_date" => Field.Day(field, job.EndDate),
        "notes" when job.HasNotes => Field.Text(field, job.Notes, 0, MaxText),
        _ => null,
    };

    private static FieldViolation? CheckJobAssignment(JobAssignment assignment, string field) => field switch
    {
        "job_id" => Field.Id(field, assignment.JobId),
        "user_id" => Field.Id(field, assignment.UserId),
        _ => null,
    };

    private static FieldViolation? CheckMaterial(Material material, string field) => field switch
    {
        "job_id" => Field.Id(field, material.JobId),
        "item_name" => Field.Text(field, material.ItemName, 1, 255),
        "quantity" => Field.Quantity(field, material.Quantity),
        "unit" => Field.Text(field, material.Unit, 1, 20),
        "notes" when material.HasNotes => Field.Text(field, material.Notes, 0, MaxText),
        _ => null,
    };
}
