namespace KhsCrm.SyncClient.Store;

/// <summary>
/// Lets the indexes of the row tables wait for the end of a first sync: built once, over rows that are there, they cost a
/// fraction of what each row's entry costs. What waits is in the store, so a process that ends meanwhile forgets nothing.
/// </summary>
internal static class DeferredIndexes
{
    private static readonly string Tables = string.Join(", ", RowTables.All.Select(table => $"'{table.Name}'"));

    /// <summary>Drops the indexes if no table holds a row of the server yet.</summary>
    public static void DeferWhileEmpty(StoreConnection connection)
    {
        if (!RowTables.All.All(table => table.IsEmpty(connection)))
            return;
        connection.Execute($"""
            INSERT INTO deferred_index
            SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({Tables})
            """);
        foreach (var (name, _) in Read(connection))
            connection.Execute($"DROP INDEX {name}");
    }

    /// <summary>Builds what waits.</summary>
    public static void Build(StoreConnection connection)
    {
        foreach (var (_, sql) in Read(connection))
            connection.Execute(sql);
        connection.Prepare("DELETE FROM deferred_index").Execute();
    }

    private static List<(string Name, string Sql)> Read(StoreConnection connection)
    {
        var row = connection.Prepare("SELECT name, sql FROM deferred_index");
        List<(string, string)> indexes = [];
        while (row.Step())
            indexes.Add((row.Text(0)!, row.Text(1)!));
        return indexes;
    }
}
