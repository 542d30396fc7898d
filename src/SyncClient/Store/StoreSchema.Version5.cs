using KhsCrm.V1;

namespace KhsCrm.SyncClient.Store;

/// <content>
/// Version 5: a search goes by a full-text index. The words come split and folded, so the plain tokenizer does; indexes of the
/// first one and two characters make short beginnings as fast as long ones. And a kind of rows begins anew by itself; what was
/// begun for all kinds by version 4 goes on.
/// </content>
internal static partial class StoreSchema
{
    private static readonly (string Table, EntityType Type)[] Searched =
        [("customer", EntityType.Customer), ("job", EntityType.Job), ("material", EntityType.Material)];

    private static void MigrateToVersion5(StoreConnection connection)
    {
        connection.Execute("""
            ALTER TABLE customer DROP COLUMN search;
            CREATE TABLE search_progress (entity_type INTEGER PRIMARY KEY, after BLOB NOT NULL, is_complete INTEGER NOT NULL);
            CREATE TABLE kind_anew (entity_type INTEGER PRIMARY KEY, generation INTEGER NOT NULL);
            INSERT INTO kind_anew SELECT column1, generation FROM device, (VALUES (1), (2), (3), (4), (5), (6), (7)) WHERE is_resyncing;
            """);
        foreach (var (table, type) in Searched)
        {
            connection.Execute($"""
                CREATE VIRTUAL TABLE {table}_search USING fts5(
                  words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii', prefix = '1 2');
                INSERT INTO search_progress VALUES ({(int)type}, x'', 0);
                """);
        }
    }
}
