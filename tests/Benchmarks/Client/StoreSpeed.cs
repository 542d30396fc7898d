using System.Diagnostics;
using KhsCrm.SyncClient.Store;
using KhsCrm.SyncClient.Sync;
using KhsCrm.V1;

namespace KhsCrm.Benchmarks.Client;

/// <summary>
/// How fast the store takes a first sync, beside the floor: the same rows upserted by prepared statements through SQLite's
/// low-level API into the same schema, in transactions of the same size. Only the writing is timed, not the reading of the
/// rows to write.
/// </summary>
internal static class StoreSpeed
{
    private const int RowsOfDelta = 1_000;

    /// <summary>Measures both with the rows of a store.</summary>
    /// <returns>Rows a second: the store's, and the floor's.</returns>
    public static async Task<(double Value, double Floor)> MeasureAsync(string sourceFolder, CancellationToken cancellationToken)
    {
        using var source = Open(sourceFolder);
        var count = await source.ReadAsync(
            connection => RowTables.All.Sum(table => connection.Prepare($"SELECT count(*) FROM {table.Name}").ExecuteScalar() ?? 0),
            cancellationToken);
        var value = await InFolderAsync(target => DeltasAsync(source, target, count, cancellationToken));
        var floor = await InFolderAsync(target => UpsertsAsync(source, target, cancellationToken));
        return (count / value.TotalSeconds, count / floor.TotalSeconds);
    }

    private static async Task<TimeSpan> DeltasAsync(
        LocalStore source, LocalStore target, long count, CancellationToken cancellationToken)
    {
        await target.WriteAsync(transaction => DeviceState.New(Guid.NewGuid()).Write(transaction.Connection), cancellationToken);
        var time = new Stopwatch();
        foreach (var table in RowTables.All)
        {
            await foreach (var rows in BatchesAsync(source, table, cancellationToken))
            {
                var delta = new Delta
                {
                    Cursor = Google.Protobuf.ByteString.CopyFromUtf8("c"),
                    Progress = new Progress { EstimatedTotal = count },
                };
                delta.Changes.AddRange(rows.Select(row => new Change { Entity = table.Parse((byte[])row[1]!) }));
                time.Start();
                await target.WriteAsync(
                    transaction => DeltaApplier.Apply(transaction, delta, default), isDurable: false, cancellationToken);
                time.Stop();
            }
        }

        time.Start();
        await target.WriteAsync(
            transaction => DeltaApplier.Apply(transaction, new Delta { Checkpoint = true }, default), cancellationToken);
        return time.Elapsed;
    }

    private static async Task<TimeSpan> UpsertsAsync(LocalStore source, LocalStore target, CancellationToken cancellationToken)
    {
        var time = new Stopwatch();
        foreach (var table in RowTables.All)
        {
            await foreach (var rows in BatchesAsync(source, table, cancellationToken))
            {
                time.Start();
                await target.WriteAsync(transaction => Upsert(transaction.Connection, table, rows), isDurable: false, cancellationToken);
                time.Stop();
            }
        }

        return time.Elapsed;
    }

    private static int Upsert(StoreConnection connection, RowTable table, List<object?[]> rows)
    {
        var columns = ColumnsOf(connection, table);
        var statement = connection.Prepare($"""
            INSERT INTO {table.Name} ({string.Join(", ", columns)})
            VALUES ({string.Join(", ", columns.Select((_, index) => $"?{index + 1}"))})
            ON CONFLICT (id) DO UPDATE SET {string.Join(", ", columns.Skip(1).Select(column => $"{column} = excluded.{column}"))}
            """);
        foreach (var row in rows)
        {
            for (var index = 0; index < row.Length; index++)
            {
                _ = row[index] switch
                {
                    byte[] bytes => statement.Bind(index + 1, bytes),
                    string text => statement.Bind(index + 1, text),
                    long number => statement.Bind(index + 1, number),
                    _ => statement.BindNull(index + 1),
                };
            }

            statement.Execute();
        }

        return rows.Count;
    }

    private static async IAsyncEnumerable<List<object?[]>> BatchesAsync(
        LocalStore source, RowTable table, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = new RowId(Guid.Empty);
        while (true)
        {
            var after = last;
            var rows = await source.ReadAsync(connection => Batch(connection, table, after), cancellationToken);
            if (rows.Count == 0)
                yield break;
            last = RowId.Read((byte[])rows[^1][0]!);
            yield return rows;
        }
    }

    private static List<object?[]> Batch(StoreConnection connection, RowTable table, RowId after)
    {
        var columns = ColumnsOf(connection, table);
        var statement = connection.Prepare(
            $"SELECT {string.Join(", ", columns)} FROM {table.Name} WHERE id > ?1 AND server IS NOT NULL ORDER BY id LIMIT {RowsOfDelta}")
            .Bind(1, after);
        List<object?[]> rows = [];
        while (statement.Step())
        {
            rows.Add([.. columns.Select((column, index) => column is "id" or "server" || column.EndsWith("_id", StringComparison.Ordinal)
                ? statement.Bytes(index)
                : statement.IsNull(index) ? null : statement.IsText(index) ? statement.Text(index) : (object?)statement.Int64(index))]);
        }

        return rows;
    }

    // The id first, then the row's bytes.
    private static List<string> ColumnsOf(StoreConnection connection, RowTable table)
    {
        var row = connection.Prepare($"SELECT name FROM pragma_table_info('{table.Name}') ORDER BY cid");
        List<string> columns = [];
        while (row.Step())
            columns.Add(row.Text(0)!);
        return columns;
    }

    private static async Task<TimeSpan> InFolderAsync(Func<LocalStore, Task<TimeSpan>> measure)
    {
        var folder = Directory.CreateTempSubdirectory("khscrm-bench-store-");
        try
        {
            using var store = Open(folder.FullName);
            return await measure(store);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static LocalStore Open(string folder) => LocalStore.Open(new StoreFolder(folder), null, TimeSpan.FromSeconds(30));
}
