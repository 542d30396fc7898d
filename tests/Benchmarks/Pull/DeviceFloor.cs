using System.Diagnostics;
using KhsCrm.SyncClient.Store;

namespace KhsCrm.Benchmarks.Pull;

/// <summary>
/// The rows of a synced device, taken into memory and upserted into the schema of a new one by prepared statement, as many
/// a transaction as a delta has: what SQLite costs with nothing around it.
/// </summary>
internal static class DeviceFloor
{
    private const int RowsOfTransaction = 3_000;

    public static Measured Run(string from, string to)
    {
        List<(string Sql, List<object?[]> Rows)> tables = [];
        using (var source = LocalStore.Open(new StoreFolder(from), null, TimeSpan.FromSeconds(30)))
        using (var connection = new StoreConnection($"Data Source={source.Folder.DatabaseFile};Pooling=False", TimeSpan.FromSeconds(30)))
            tables.AddRange(RowTables.All.Select(table => ReadAll(connection, table.Name)));

        var folder = new StoreFolder(to);
        LocalStore.Open(folder, null, TimeSpan.FromSeconds(30)).Dispose();
        using var writer = new StoreConnection($"Data Source={folder.DatabaseFile};Pooling=False", TimeSpan.FromSeconds(30));
        writer.Execute("PRAGMA synchronous = FULL");
        long rows = 0;
        var start = Stopwatch.GetTimestamp();
        foreach (var (sql, all) in tables)
        {
            foreach (var portion in all.Chunk(RowsOfTransaction))
            {
                writer.Prepare("BEGIN IMMEDIATE").Execute();
                var statement = writer.Prepare(sql);
                foreach (var row in portion)
                    Write(statement, row);
                writer.Prepare("COMMIT").Execute();
                rows += portion.Length;
            }
        }

        return Measured.Since(start, rows);
    }

    private static (string Sql, List<object?[]> Rows) ReadAll(StoreConnection connection, string table)
    {
        List<string> columns = [];
        var info = connection.Prepare($"SELECT name FROM pragma_table_info('{table}')");
        while (info.Step())
            columns.Add(info.Text(0)!);
        List<object?[]> rows = [];
        var statement = connection.Prepare(
            $"SELECT {string.Join(", ", columns)}, {string.Join(", ", columns.Select(column => $"typeof({column})"))} FROM {table}");
        while (statement.Step())
            rows.Add([.. columns.Select((_, i) => Read(statement, i, statement.Text(columns.Count + i)!))]);
        var sql = $"""
            INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select((_, i) => $"?{i + 1}"))})
            ON CONFLICT (id) DO UPDATE SET {string.Join(", ", columns.Skip(1).Select(column => $"{column} = excluded.{column}"))}
            """;
        return (sql, rows);
    }

    private static object? Read(Statement statement, int column, string type) => type switch
    {
        "null" => null,
        "integer" => statement.Int64(column),
        "text" => statement.Text(column),
        _ => statement.Bytes(column),
    };

    private static void Write(Statement statement, object?[] row)
    {
        for (var i = 0; i < row.Length; i++)
        {
            _ = row[i] switch
            {
                null => statement.BindNull(i + 1),
                long number => statement.Bind(i + 1, number),
                string text => statement.Bind(i + 1, text),
                var bytes => statement.Bind(i + 1, (byte[])bytes),
            };
        }

        statement.Execute();
    }
}
