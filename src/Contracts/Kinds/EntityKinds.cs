using System.Collections.Frozen;
using KhsCrm.V1;

namespace KhsCrm.Contracts.Kinds;

/// <summary>All kinds of synced entities.</summary>
public static class EntityKinds
{
    /// <summary>Users.</summary>
    public static EntityKind<User> User { get; } = new(
        EntityType.User, "user",
        entity => entity.User, (entity, row) => entity.User = row, row => row.Id, (row, id) => row.Id = id,
        new("email", (a, b) => a.Email == b.Email, (a, b) => b.Email = a.Email),
        new("name", (a, b) => a.Name == b.Name, (a, b) => b.Name = a.Name),
        new("role", (a, b) => a.Role == b.Role, (a, b) => b.Role = a.Role),
        new("is_active", (a, b) => a.IsActive == b.IsActive, (a, b) => b.IsActive = a.IsActive));

    /// <summary>Customers.</summary>
    public static EntityKind<Customer> Customer { get; } = new(
        EntityType.Customer, "customer",
        entity => entity.Customer, (entity, row) => entity.Customer = row, row => row.Id, (row, id) => row.Id = id,
        new("name", (a, b) => a.Name == b.Name, (a, b) => b.Name = a.Name),
        new("phone", (a, b) => a.HasPhone == b.HasPhone && a.Phone == b.Phone,
            (a, b) => { if (a.HasPhone) b.Phone = a.Phone; else b.ClearPhone(); }),
        new("email", (a, b) => a.HasEmail == b.HasEmail && a.Email == b.Email,
            (a, b) => { if (a.HasEmail) b.Email = a.Email; else b.ClearEmail(); }),
        new("address", (a, b) => a.Address == b.Address, (a, b) => b.Address = a.Address),
        new("notes", (a, b) => a.HasNotes == b.HasNotes && a.Notes == b.Notes,
            (a, b) => { if (a.HasNotes) b.Notes = a.Notes; else b.ClearNotes(); }),
        new("is_archived", (a, b) => a.IsArchived == b.IsArchived, (a, b) => b.IsArchived = a.IsArchived));

    /// <summary>Jobs.</summary>
    public static EntityKind<Job> Job { get; } = new(
        EntityType.Job, "job",
        entity => entity.Job, (entity, row) => entity.Job = row, row => row.Id, (row, id) => row.Id = id,
        new("title", (a, b) => a.Title == b.Title, (a, b) => b.Title = a.Title),
        new("description", (a, b) => a.HasDescription == b.HasDescription && a.Description == b.Description,
            (a, b) => { if (a.HasDescription) b.Description = a.Description; else b.ClearDescription(); }),
        new("customer_id", (a, b) => a.CustomerId == b.CustomerId, (a, b) => b.CustomerId = a.CustomerId),
        new("status", (a, b) => a.Status == b.Status, (a, b) => b.Status = a.Status),
        new("start_date", (a, b) => Equals(a.StartDate, b.StartDate), (a, b) => b.StartDate = a.StartDate?.Clone()),
        new("end_date", (a, b) => Equals(a.EndDate, b.EndDate), (a, b) => b.EndDate = a.EndDate?.Clone()),
        new("notes", (a, b) => a.HasNotes == b.HasNotes && a.Notes == b.Notes,
            (a, b) => { if (a.HasNotes) b.Notes = a.Notes; else b.ClearNotes(); }));

    /// <summary>Assignments of users to jobs: made and deleted, never updated.</summary>
    public static EntityKind<JobAssignment> JobAssignment { get; } = new(
        EntityType.JobAssignment, "job_assignment",
        entity => entity.JobAssignment, (entity, row) => entity.JobAssignment = row,
        row => row.Id, (row, id) => row.Id = id,
        new("job_id", (a, b) => a.JobId == b.JobId, (a, b) => b.JobId = a.JobId, IsCreateOnly: true),
        new("user_id", (a, b) => a.UserId == b.UserId, (a, b) => b.UserId = a.UserId, IsCreateOnly: true));

    /// <summary>Materials.</summary>
    public static EntityKind<Material> Material { get; } = new(
        EntityType.Material, "material",
        entity => entity.Material, (entity, row) => entity.Material = row, row => row.Id, (row, id) => row.Id = id,
        new("job_id", (a, b) => a.JobId == b.JobId, (a, b) => b.JobId = a.JobId, IsCreateOnly: true),
        new("item_name", (a, b) => a.ItemName == b.ItemName, (a, b) => b.ItemName = a.ItemName),
        new("quantity", (a, b) => IsSameQuantity(a.Quantity, b.Quantity), (a, b) => b.Quantity = a.Quantity),
        new("unit", (a, b) => a.Unit == b.Unit, (a, b) => b.Unit = a.Unit),
        new("purchased", (a, b) => a.Purchased == b.Purchased, (a, b) => b.Purchased = a.Purchased),
        new("notes", (a, b) => a.HasNotes == b.HasNotes && a.Notes == b.Notes,
            (a, b) => { if (a.HasNotes) b.Notes = a.Notes; else b.ClearNotes(); }),
        new("is_deleted", (a, b) => a.IsDeleted == b.IsDeleted, (a, b) => b.IsDeleted = a.IsDeleted));

    /// <summary>Status changes of jobs. Read only.</summary>
    public static EntityKind<JobStatusHistory> JobStatusHistory { get; } = new(
        EntityType.JobStatusHistory, "job_status_history",
        entity => entity.JobStatusHistory, (entity, row) => entity.JobStatusHistory = row,
        row => row.Id, (row, id) => row.Id = id);

    /// <summary>The audit trail. Read only.</summary>
    public static EntityKind<ActivityLog> ActivityLog { get; } = new(
        EntityType.ActivityLog, "activity_log",
        entity => entity.ActivityLog, (entity, row) => entity.ActivityLog = row,
        row => row.Id, (row, id) => row.Id = id);

    /// <summary>All kinds, parents before children.</summary>
    public static IReadOnlyList<EntityKind> All { get; } =
        [User, Customer, Job, JobAssignment, Material, JobStatusHistory, ActivityLog];

    private static readonly FrozenDictionary<EntityType, EntityKind> ByType =
        All.ToFrozenDictionary(kind => kind.Type);

    private static readonly FrozenDictionary<string, EntityKind> ByName =
        All.ToFrozenDictionary(kind => kind.Name, StringComparer.Ordinal);

    /// <summary>The kind of a row, or null for an empty envelope.</summary>
    public static EntityKind? Of(Entity entity) => Of((EntityType)(int)entity.RowCase);

    /// <summary>The kind with this number, or null.</summary>
    public static EntityKind? Of(EntityType type) => ByType.GetValueOrDefault(type);

    /// <summary>The kind with this name, or null.</summary>
    public static EntityKind? Of(string name) => ByName.GetValueOrDefault(name);

    private static bool IsSameQuantity(string left, string right) =>
        left == right
        || (Quantity.TryParse(left, out var a) && Quantity.TryParse(right, out var b) && a == b);
}
