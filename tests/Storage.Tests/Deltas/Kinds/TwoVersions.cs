using KhsCrm.Storage.Deltas;
using KhsCrm.V1;

namespace KhsCrm.Storage.Tests.Deltas.Kinds;

/// <summary>Two servers over one database, of which the newer knows the history of jobs and the older does not; and apps of both versions.</summary>
internal static class TwoVersions
{
    public const EntityType New = EntityType.JobStatusHistory;

    public static KindSet OldKinds { get; } = KindSet.Default.Except(KindSet.Of(New));

    public static IReadOnlyList<EntityType> OldApp { get; } = [.. OldKinds.ToTypes()];

    public static IReadOnlyList<EntityType> NewApp { get; } = [.. KindSet.Default.ToTypes()];

    public static DeltaReader OldServer(this SyncedDatabase database, int pageSize = 1_000) => database.Reader(pageSize, OldKinds);

    public static DeltaReader NewServer(this SyncedDatabase database, int pageSize = 1_000) => database.Reader(pageSize);

    /// <summary>A device that names what it knows and obeys what begins anew.</summary>
    public static DeltaDevice App(this SyncedDatabase database, IReadOnlyList<EntityType> types, Guid? user = null) => new(
        database.NewServer(),
        new DeltaScope(
            user ?? SyncedDatabase.Owner, user is null ? Role.Owner : Role.Worker, null, types, TakesKindsAnew: true));

    /// <summary>The app on the device is replaced by one of another version.</summary>
    public static void Install(this DeltaDevice device, IReadOnlyList<EntityType> types) =>
        device.Scope = device.Scope with { EntityTypes = types };

    /// <summary>Moves a job on, which makes a row of the new kind.</summary>
    public static Task MoveAsync(this SyncedDatabase database, Guid job) => database.RunAsync(
        $"""
        UPDATE jobs SET status = CASE status WHEN 'ON_HOLD' THEN 'IN_PROGRESS' ELSE 'ON_HOLD' END WHERE id = '{job}'
        """);
}
