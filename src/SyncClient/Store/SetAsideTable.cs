using KhsCrm.V1;

namespace KhsCrm.SyncClient.Store;

/// <summary>The SQL of the rows of the server that this device could not store. Their ids need not be ids.</summary>
internal static class SetAsideTable
{
    public static void Add(StoreConnection connection, EntityType type, string id) =>
        connection.Prepare("INSERT OR IGNORE INTO set_aside (entity_type, entity_id) VALUES (?1, ?2)")
            .Bind(1, (long)type).Bind(2, id).Execute();

    public static void Remove(StoreConnection connection, EntityType type, string id) =>
        connection.Prepare("DELETE FROM set_aside WHERE entity_type = ?1 AND entity_id = ?2")
            .Bind(1, (long)type).Bind(2, id).Execute();

    public static long Count(StoreConnection connection) =>
        connection.Prepare("SELECT count(*) FROM set_aside").ExecuteScalar() ?? 0;

    public static void Clear(StoreConnection connection) => connection.Prepare("DELETE FROM set_aside").Execute();

    public static void Clear(StoreConnection connection, EntityType type) =>
        connection.Prepare("DELETE FROM set_aside WHERE entity_type = ?1").Bind(1, (long)type).Execute();
}
