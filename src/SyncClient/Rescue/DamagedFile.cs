using KhsCrm.SyncClient.Store;
using Microsoft.Data.Sqlite;

namespace KhsCrm.SyncClient.Rescue;

/// <summary>What can still be read of a damaged file. Whatever cannot is passed over.</summary>
internal sealed class DamagedFile : IDisposable
{
    // Beyond this many unreadable places in a row there is nothing more to be found.
    private const int HopelessFailures = 10_000;

    private readonly StoreConnection? _connection;

    private DamagedFile(StoreConnection? connection) => _connection = connection;

    public static DamagedFile Open(string file, string? encryptionKey)
    {
        StoreConnection? connection = null;
        try
        {
            var address = new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, Password = encryptionKey ?? "" };
            connection = new StoreConnection(address.ToString(), TimeSpan.Zero);
            _ = connection.Prepare("SELECT count(*) FROM sqlite_master").ExecuteScalar();
            return new(connection);
        }
        catch (SqliteException)
        {
            // Not even its first page: nothing can be saved.
            connection?.Dispose();
            return new(null);
        }
    }

    /// <summary>Copies the rows of a table up to the first that cannot be read.</summary>
    /// <returns>How many there were.</returns>
    public long Copy(string table, StoreConnection target)
    {
        long rows = 0;
        try
        {
            if (TryCopier(table, target) is not { } copier)
                return 0;
            var row = _connection!.Prepare($"SELECT {copier.Columns} FROM {table}");
            for (; row.Step(); rows++)
                copier.Write(row);
        }
        catch (SqliteException)
        {
        }

        return rows;
    }

    /// <summary>Copies every operation of the outbox that can be read, looking for each by itself.</summary>
    /// <returns>How many were copied, and how many could not be read.</returns>
    public (long Saved, long Lost) CopyOutbox(StoreConnection target)
    {
        if (TryCopier("outbox", target) is not { } copier)
            return (0, 0);
        var row = _connection!.Prepare($"SELECT position, {copier.Columns} FROM outbox WHERE position > ?1 ORDER BY position LIMIT 1");
        var (saved, lost, failures) = (0L, 0L, 0);
        for (long after = 0; failures < HopelessFailures;)
        {
            try
            {
                if (!row.Bind(1, after).Step())
                    break;
                after = row.Int64(0);
                copier.Write(row, firstColumn: 1);
                row.Reset();
                (saved, failures) = (saved + 1, 0);
            }
            catch (SqliteException)
            {
                // This place is gone; what lies behind it may not be.
                row.Reset();
                after++;
                failures++;
                lost++;
            }
        }

        return (saved, lost - (failures == HopelessFailures ? failures : 0));
    }

    public void Dispose() => _connection?.Dispose();

    // Null when the table cannot be read at all. The file may be of an older version, with fewer columns.
    private Copier? TryCopier(string table, StoreConnection target)
    {
        try
        {
            var columns = ColumnsOf(_connection, table).Intersect(ColumnsOf(target, table)).ToList();
            return columns.Count == 0 ? null : new(table, columns, target);
        }
        catch (SqliteException)
        {
            return null;
        }
    }

    private static List<string> ColumnsOf(StoreConnection? connection, string table)
    {
        List<string> columns = [];
        if (connection is null)
            return columns;
        var row = connection.Prepare($"SELECT name FROM pragma_table_info('{table}')");
        while (row.Step())
            columns.Add(row.Text(0)!);
        return columns;
    }

    private sealed class Copier(string table, List<string> columns, StoreConnection target)
    {
        private readonly Statement _insert = target.Prepare(
            $"INSERT OR REPLACE INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select((_, index) => $"?{index + 1}"))})");

        public string Columns { get; } = string.Join(", ", columns);

        public void Write(Statement row, int firstColumn = 0)
        {
            for (var index = 0; index < columns.Count; index++)
                row.CopyTo(firstColumn + index, _insert, index + 1);
            _insert.Execute();
        }
    }
}
