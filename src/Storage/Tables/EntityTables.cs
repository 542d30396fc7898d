using System.Collections.Frozen;
using Google.Protobuf;
using KhsCrm.Contracts.Entities;
using KhsCrm.V1;

namespace KhsCrm.Storage.Tables;

/// <summary>The tables of all synced entities, made from their definitions.</summary>
internal static class EntityTables
{
    /// <summary>All tables, parents before children.</summary>
    public static IReadOnlyList<EntityTable> All { get; } = [.. EntityKinds.All.Select(kind => kind.Accept(new Maker()))];

    private static readonly FrozenDictionary<EntityKind, EntityTable> ByKind =
        All.ToFrozenDictionary(table => table.Kind);

    public static EntityTable<User> Users { get; } = Of(EntityKinds.User);

    public static EntityTable<Customer> Customers { get; } = Of(EntityKinds.Customer);

    public static EntityTable<Job> Jobs { get; } = Of(EntityKinds.Job);

    public static EntityTable<JobAssignment> JobAssignments { get; } = Of(EntityKinds.JobAssignment);

    public static EntityTable<Material> Materials { get; } = Of(EntityKinds.Material);

    public static EntityTable<JobStatusHistory> JobStatusHistory { get; } = Of(EntityKinds.JobStatusHistory);

    public static EntityTable<ActivityLog> ActivityLogs { get; } = Of(EntityKinds.ActivityLog);

    public static EntityTable Of(EntityKind kind) => ByKind[kind];

    private static EntityTable<T> Of<T>(EntityKind<T> kind)
        where T : class, IMessage<T>, new() =>
        (EntityTable<T>)ByKind[kind];

    private sealed class Maker : IEntityKindVisitor<EntityTable>
    {
        public EntityTable Visit<T>(EntityKind<T> kind)
            where T : class, IMessage<T>, new() =>
            new EntityTable<T>(kind);
    }
}
