using KhsCrm.SyncClient.Search;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace KhsCrm.SyncClient.Store;

/// <summary>One connection to the store with its prepared statements. Used by one thread at a time.</summary>
internal sealed class StoreConnection : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);
    private readonly Dictionary<RowTable, Statement> _writes = [];

    public StoreConnection(string connectionString, TimeSpan busyTimeout)
    {
        _connection = new SqliteConnection(connectionString);
        _connection.Open();
        Execute($"PRAGMA busy_timeout = {(long)busyTimeout.TotalMilliseconds}");
    }

    /// <summary>How far the search indexes are built, as the present transaction knows it; null before it asked.</summary>
    public SearchProgress? SearchProgress { get; set; }

    /// <summary>
    /// A statement that is prepared once. The same text gives the same statement, so a run must end before the next
    /// begins: do not run a statement inside its own rows.
    /// </summary>
    public Statement Prepare(string sql)
    {
        if (_statements.TryGetValue(sql, out var statement))
            return statement;
        statement = new Statement(_connection.Handle!, sql);
        _statements.Add(sql, statement);
        return statement;
    }

    /// <summary>The statement that writes a row of a table, found without hashing its long text for each row.</summary>
    public Statement PrepareWrite(RowTable table, string sql)
    {
        if (!_writes.TryGetValue(table, out var statement))
            _writes.Add(table, statement = Prepare(sql));
        return statement;
    }

    /// <summary>Runs statements that are not worth preparing: schema and pragmas.</summary>
    public void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Constant texts of this library.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>Stops the query that runs, from another thread.</summary>
    public void Interrupt() => raw.sqlite3_interrupt(_connection.Handle);

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
            statement.Dispose();
        _connection.Dispose();
    }
}
