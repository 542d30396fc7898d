namespace KhsCrm.SyncClient.Store;

/// <content>
/// Version 2: customers are searched by the beginnings of words, a worker's jobs are listed by when they were made, a
/// conflict knows when its edit was made, and the indexes can wait for the end of a bulk load.
/// </content>
internal static partial class StoreSchema
{
    private const string Version2 = """
        ALTER TABLE conflict RENAME COLUMN recorded_at TO queued_at;
        ALTER TABLE job ADD COLUMN created_at INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX customer_updated ON customer (updated_at, id);
        CREATE INDEX job_active ON job (updated_at, id) WHERE status <> 4;
        CREATE TABLE deferred_index (name TEXT NOT NULL PRIMARY KEY, sql TEXT NOT NULL);
        """;

    private static void MigrateToVersion2(StoreConnection connection)
    {
        connection.Execute(Version2);
        RowTables.Customer.RewriteColumns(connection);
        RowTables.Job.RewriteColumns(connection);
    }
}
