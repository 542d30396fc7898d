using KhsCrm.V1;

namespace KhsCrm.SyncClient.Store;

/// <summary>
/// The kinds whose rows begin anew, each with the generation that it began with: rows of an earlier one that do not come again are
/// gone once the kind is complete.
/// </summary>
internal static class KindsAnewTable
{
    public static void Begin(StoreConnection connection, EntityType type, long generation) =>
        connection.Prepare("INSERT OR REPLACE INTO kind_anew (entity_type, generation) VALUES (?1, ?2)")
            .Bind(1, (long)type).Bind(2, generation).Execute();

    /// <summary>The generation that a kind began anew with; null for one that did not.</summary>
    public static long? Find(StoreConnection connection, EntityType type) =>
        connection.Prepare("SELECT generation FROM kind_anew WHERE entity_type = ?1").Bind(1, (long)type).ExecuteScalar();

    public static void Complete(StoreConnection connection, EntityType type) =>
        connection.Prepare("DELETE FROM kind_anew WHERE entity_type = ?1").Bind(1, (long)type).Execute();
}
