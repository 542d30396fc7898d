using System.Collections.Frozen;
using Google.Protobuf;
using KhsCrm.V1;

namespace KhsCrm.Contracts.Entities;

/// <summary>All kinds of synced entities.</summary>
public static class EntityKinds
{
    /// <summary>Users.</summary>
    public static EntityKind<User> User => Users.Kind;

    /// <summary>Customers.</summary>
    public static EntityKind<Customer> Customer => Customers.Kind;

    /// <summary>Jobs.</summary>
    public static EntityKind<Job> Job => Jobs.Kind;

    /// <summary>Assignments of users to jobs.</summary>
    public static EntityKind<JobAssignment> JobAssignment => JobAssignments.Kind;

    /// <summary>Materials.</summary>
    public static EntityKind<Material> Material => Materials.Kind;

    /// <summary>Status changes of jobs.</summary>
    public static EntityKind<JobStatusHistory> JobStatusHistory => JobStatusHistories.Kind;

    /// <summary>The audit trail.</summary>
    public static EntityKind<ActivityLog> ActivityLog => ActivityLogs.Kind;

    /// <summary>All kinds, parents before children.</summary>
    public static IReadOnlyList<EntityKind> All { get; } =
        [User, Customer, Job, JobAssignment, Material, JobStatusHistory, ActivityLog];

    private static readonly FrozenDictionary<EntityType, EntityKind> ByType =
        All.ToFrozenDictionary(kind => kind.Type);

    private static readonly FrozenDictionary<string, EntityKind> ByName =
        All.ToFrozenDictionary(kind => kind.Name, StringComparer.Ordinal);

    /// <summary>The kind of a message.</summary>
    public static EntityKind<T> Of<T>()
        where T : class, IMessage<T>, new() =>
        OfMessage<T>.Kind;

    /// <summary>The kind of a row, or null for an empty envelope.</summary>
    public static EntityKind? Of(Entity entity) => Of((EntityType)(int)entity.RowCase);

    /// <summary>The kind with this number, or null.</summary>
    public static EntityKind? Of(EntityType type) => ByType.GetValueOrDefault(type);

    /// <summary>The kind with this name, or null.</summary>
    public static EntityKind? Of(string name) => ByName.GetValueOrDefault(name);

    private static class OfMessage<T>
        where T : class, IMessage<T>, new()
    {
        public static EntityKind<T> Kind { get; } = All.OfType<EntityKind<T>>().Single();
    }
}
