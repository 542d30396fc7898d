using System.Collections.Frozen;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using KhsCrm.Contracts.Kinds;
using KhsCrm.V1;

namespace KhsCrm.Storage.Tables;

/// <summary>The tables of all synced entities.</summary>
internal static class EntityTables
{
    public static EntityTable<User> Users { get; } = new(
        EntityKinds.User, "users", "updated_at",
        Columns.Uuid<User>("id", (row, v) => row.Id = v, row => row.Id, isInsertOnly: true),
        Columns.Text<User>("email", (row, v) => row.Email = v, row => row.Email),
        Columns.Text<User>("name", (row, v) => row.Name = v, row => row.Name),
        Columns.Text<User>("role", (row, v) => row.Role = EnumText.Role(v), row => EnumText.Of(row.Role)),
        Columns.Bool<User>("is_active", (row, v) => row.IsActive = v, row => row.IsActive),
        Columns.Bool<User>("is_service", (row, v) => row.IsService = v),
        Columns.Time<User>("last_login_at", (row, v) => row.LastLoginAt = v),
        Columns.Time<User>("created_at", (row, v) => row.CreatedAt = v),
        Columns.Time<User>("updated_at", (row, v) => row.UpdatedAt = v),
        Columns.Uuid<User>("updated_by_id", (row, v) => row.UpdatedById = v, row => row.UpdatedById));

    public static EntityTable<Customer> Customers { get; } = new(
        EntityKinds.Customer, "customers", "updated_at",
        Columns.Uuid<Customer>("id", (row, v) => row.Id = v, row => row.Id, isInsertOnly: true),
        Columns.Text<Customer>("name", (row, v) => row.Name = v, row => row.Name),
        Columns.Text<Customer>("phone", (row, v) => row.Phone = v, row => row.HasPhone ? row.Phone : null),
        Columns.Text<Customer>("email", (row, v) => row.Email = v, row => row.HasEmail ? row.Email : null),
        Columns.Text<Customer>("address", (row, v) => row.Address = v, row => row.Address),
        Columns.Text<Customer>("notes", (row, v) => row.Notes = v, row => row.HasNotes ? row.Notes : null),
        Columns.Bool<Customer>("is_archived", (row, v) => row.IsArchived = v, row => row.IsArchived),
        Columns.Time<Customer>("created_at", (row, v) => row.CreatedAt = v),
        Columns.Time<Customer>("updated_at", (row, v) => row.UpdatedAt = v),
        Columns.Uuid<Customer>("updated_by_id", (row, v) => row.UpdatedById = v, row => row.UpdatedById));

    public static EntityTable<Job> Jobs { get; } = new(
        EntityKinds.Job, "jobs", "updated_at",
        Columns.Uuid<Job>("id", (row, v) => row.Id = v, row => row.Id, isInsertOnly: true),
        Columns.Text<Job>("title", (row, v) => row.Title = v, row => row.Title),
        Columns.Text<Job>(
            "description", (row, v) => row.Description = v, row => row.HasDescription ? row.Description : null),
        Columns.Uuid<Job>("customer_id", (row, v) => row.CustomerId = v, row => row.CustomerId),
        Columns.Text<Job>("status", (row, v) => row.Status = EnumText.JobStatus(v), row => EnumText.Of(row.Status)),
        Columns.Day<Job>("start_date", (row, v) => row.StartDate = v, row => row.StartDate),
        Columns.Day<Job>("end_date", (row, v) => row.EndDate = v, row => row.EndDate),
        Columns.Text<Job>("notes", (row, v) => row.Notes = v, row => row.HasNotes ? row.Notes : null),
        Columns.Uuid<Job>("created_by_id", (row, v) => row.CreatedById = v, row => row.CreatedById, isInsertOnly: true),
        Columns.Time<Job>("created_at", (row, v) => row.CreatedAt = v),
        Columns.Time<Job>("updated_at", (row, v) => row.UpdatedAt = v),
        Columns.Uuid<Job>("updated_by_id", (row, v) => row.UpdatedById = v, row => row.UpdatedById));

    public static EntityTable<JobAssignment> JobAssignments { get; } = new(
        EntityKinds.JobAssignment, "job_assignments", "assigned_at",
        Columns.Uuid<JobAssignment>("id", (row, v) => row.Id = v, row => row.Id, isInsertOnly: true),
        Columns.Uuid<JobAssignment>("job_id", (row, v) => row.JobId = v, row => row.JobId, isInsertOnly: true),
        Columns.Uuid<JobAssignment>("user_id", (row, v) => row.UserId = v, row => row.UserId, isInsertOnly: true),
        Columns.Time<JobAssignment>("assigned_at", (row, v) => row.AssignedAt = v),
        Columns.Uuid<JobAssignment>("updated_by_id", (row, v) => row.UpdatedById = v, row => row.UpdatedById));

    public static EntityTable<Material> Materials { get; } = new(
        EntityKinds.Material, "materials", "updated_at",
        Columns.Uuid<Material>("id", (row, v) => row.Id = v, row => row.Id, isInsertOnly: true),
        Columns.Uuid<Material>("job_id", (row, v) => row.JobId = v, row => row.JobId, isInsertOnly: true),
        Columns.Text<Material>("item_name", (row, v) => row.ItemName = v, row => row.ItemName),
        Columns.Quantity<Material>("quantity", (row, v) => row.Quantity = v, row => row.Quantity),
        Columns.Text<Material>("unit", (row, v) => row.Unit = v, row => row.Unit),
        Columns.Bool<Material>("purchased", (row, v) => row.Purchased = v, row => row.Purchased),
        Columns.Text<Material>("notes", (row, v) => row.Notes = v, row => row.HasNotes ? row.Notes : null),
        Columns.Uuid<Material>("added_by_id", (row, v) => row.AddedById = v, row => row.AddedById, isInsertOnly: true),
        Columns.Uuid<Material>("purchased_by_id", (row, v) => row.PurchasedById = v, row => row.PurchasedById),
        Columns.Time<Material>("purchased_at", (row, v) => row.PurchasedAt = v, row => row.PurchasedAt),
        Columns.Bool<Material>("is_deleted", (row, v) => row.IsDeleted = v, row => row.IsDeleted),
        Columns.Time<Material>("created_at", (row, v) => row.CreatedAt = v),
        Columns.Time<Material>("updated_at", (row, v) => row.UpdatedAt = v),
        Columns.Uuid<Material>("updated_by_id", (row, v) => row.UpdatedById = v, row => row.UpdatedById));

    public static EntityTable<JobStatusHistory> JobStatusHistory { get; } = new(
        EntityKinds.JobStatusHistory, "job_status_history", "changed_at",
        Columns.Uuid<JobStatusHistory>("id", (row, v) => row.Id = v),
        Columns.Uuid<JobStatusHistory>("job_id", (row, v) => row.JobId = v),
        Columns.Text<JobStatusHistory>("from_status", (row, v) => row.FromStatus = EnumText.JobStatus(v)),
        Columns.Text<JobStatusHistory>("to_status", (row, v) => row.ToStatus = EnumText.JobStatus(v)),
        Columns.Uuid<JobStatusHistory>("changed_by_id", (row, v) => row.ChangedById = v),
        Columns.Time<JobStatusHistory>("changed_at", (row, v) => row.ChangedAt = v));

    public static EntityTable<ActivityLog> ActivityLogs { get; } = new(
        EntityKinds.ActivityLog, "activity_logs", "created_at",
        Columns.Uuid<ActivityLog>("id", (row, v) => row.Id = v),
        Columns.Text<ActivityLog>("entity_type", (row, v) => row.EntityType = v),
        Columns.Uuid<ActivityLog>("entity_id", (row, v) => row.EntityId = v),
        Columns.Text<ActivityLog>("action", (row, v) => row.Action = v),
        Columns.Text<ActivityLog>("details", (row, v) => row.Details = ReadDetails(v)),
        Columns.Uuid<ActivityLog>("user_id", (row, v) => row.UserId = v),
        Columns.Uuid<ActivityLog>("job_id", (row, v) => row.JobId = v),
        Columns.Time<ActivityLog>("created_at", (row, v) => row.CreatedAt = v));

    /// <summary>All tables, parents before children.</summary>
    public static IReadOnlyList<EntityTable> All { get; } =
        [Users, Customers, Jobs, JobAssignments, Materials, JobStatusHistory, ActivityLogs];

    private static readonly FrozenDictionary<EntityKind, EntityTable> ByKind =
        All.ToFrozenDictionary(table => table.Kind);

    public static EntityTable Of(EntityKind kind) => ByKind[kind];

    /// <summary>
    /// Reads the details of an entry. jsonb has numbers beyond a double and any depth, and another program's entry holds up
    /// nobody: it is shown as its text.
    /// </summary>
    internal static Struct ReadDetails(string json)
    {
        try
        {
            return JsonParser.Default.Parse<Struct>(json);
        }
        catch (IOException) // Both of the parser's exceptions are one.
        {
            return new Struct { Fields = { ["json"] = Value.ForString(json) } };
        }
    }
}
