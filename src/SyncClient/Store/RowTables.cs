using KhsCrm.Contracts.Kinds;
using KhsCrm.SyncClient.Search;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Store;

/// <summary>The tables of all kinds of entities. Their columns are those of <see cref="StoreSchema"/>.</summary>
internal static class RowTables
{
    public static RowTable<User> User { get; } = new(
        EntityKinds.User, V1.User.Parser, hasJob: false, searchWords: null,
        Column.Text<User>("name", row => row.Name),
        Column.Number<User>("role", row => (int)row.Role),
        Column.Flag<User>("is_active", row => row.IsActive));

    public static RowTable<Customer> Customer { get; } = new(
        EntityKinds.Customer, V1.Customer.Parser, hasJob: false, SearchWords.Of,
        Column.Text<Customer>("name", row => row.Name),
        Column.Flag<Customer>("is_archived", row => row.IsArchived),
        Column.Time<Customer>("updated_at", row => row.UpdatedAt));

    public static RowTable<Job> Job { get; } = new(
        EntityKinds.Job, V1.Job.Parser, hasJob: false, SearchWords.Of,
        Column.Reference<Job>("customer_id", row => row.CustomerId),
        Column.Number<Job>("status", row => (int)row.Status),
        Column.Text<Job>("title", row => row.Title),
        Column.Day<Job>("start_date", row => row.StartDate),
        Column.Time<Job>("created_at", row => row.CreatedAt),
        Column.Time<Job>("updated_at", row => row.UpdatedAt));

    public static RowTable<JobAssignment> JobAssignment { get; } = new(
        EntityKinds.JobAssignment, V1.JobAssignment.Parser, hasJob: true, searchWords: null,
        Column.Reference<JobAssignment>("job_id", row => row.JobId),
        Column.Reference<JobAssignment>("user_id", row => row.UserId),
        Column.Time<JobAssignment>("assigned_at", row => row.AssignedAt));

    public static RowTable<Material> Material { get; } = new(
        EntityKinds.Material, V1.Material.Parser, hasJob: true, SearchWords.Of,
        Column.Reference<Material>("job_id", row => row.JobId),
        Column.Text<Material>("item_name", row => row.ItemName),
        Column.Flag<Material>("purchased", row => row.Purchased),
        Column.Flag<Material>("is_deleted", row => row.IsDeleted),
        Column.Time<Material>("created_at", row => row.CreatedAt));

    public static RowTable<JobStatusHistory> JobStatusHistory { get; } = new(
        EntityKinds.JobStatusHistory, V1.JobStatusHistory.Parser, hasJob: true, searchWords: null,
        Column.Reference<JobStatusHistory>("job_id", row => row.JobId),
        Column.Time<JobStatusHistory>("changed_at", row => row.ChangedAt));

    public static RowTable<ActivityLog> ActivityLog { get; } = new(
        EntityKinds.ActivityLog, V1.ActivityLog.Parser, hasJob: true, searchWords: null,
        Column.Reference<ActivityLog>("job_id", row => row.HasJobId ? row.JobId : null),
        Column.Reference<ActivityLog>("entity_id", row => row.EntityId),
        Column.Time<ActivityLog>("created_at", row => row.CreatedAt));

    /// <summary>All tables, parents before children.</summary>
    public static IReadOnlyList<RowTable> All { get; } =
        [User, Customer, Job, JobAssignment, Material, JobStatusHistory, ActivityLog];

    /// <summary>The table of a kind; null for a kind that this version does not know.</summary>
    public static RowTable? Of(EntityType type) =>
        type is >= EntityType.User and <= EntityType.ActivityLog ? All[(int)type - 1] : null;
}
