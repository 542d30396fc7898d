using Google.Protobuf;
using KhsCrm.Contracts.Entities;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Store;

/// <summary>The tables of all kinds of entities, made from their definitions. Their columns are those of <see cref="StoreSchema"/>.</summary>
internal static class RowTables
{
    /// <summary>All tables, parents before children.</summary>
    public static IReadOnlyList<RowTable> All { get; } = [.. EntityKinds.All.Select(kind => kind.Accept(new Maker()))];

    private static readonly Dictionary<EntityType, RowTable> ByType = All.ToDictionary(table => table.Type);

    public static RowTable<User> User { get; } = Of(EntityKinds.User);

    public static RowTable<Customer> Customer { get; } = Of(EntityKinds.Customer);

    public static RowTable<Job> Job { get; } = Of(EntityKinds.Job);

    public static RowTable<JobAssignment> JobAssignment { get; } = Of(EntityKinds.JobAssignment);

    public static RowTable<Material> Material { get; } = Of(EntityKinds.Material);

    public static RowTable<JobStatusHistory> JobStatusHistory { get; } = Of(EntityKinds.JobStatusHistory);

    public static RowTable<ActivityLog> ActivityLog { get; } = Of(EntityKinds.ActivityLog);

    /// <summary>The table of a kind; null for a kind that this version does not know.</summary>
    public static RowTable? Of(EntityType type) => ByType.GetValueOrDefault(type);

    private static RowTable<T> Of<T>(EntityKind<T> kind)
        where T : class, IMessage<T>, new() =>
        (RowTable<T>)ByType[kind.Type];

    private sealed class Maker : IEntityKindVisitor<RowTable>
    {
        public RowTable Visit<T>(EntityKind<T> kind)
            where T : class, IMessage<T>, new() =>
            new RowTable<T>(kind);
    }
}
