using System.Text;
using Google.Protobuf;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace KhsCrm.SyncClient.Store;

/// <summary>
/// A prepared statement, through SQLite's low-level API: no boxing and no string for a column that is read as bytes.
/// Belongs to one <see cref="StoreConnection"/> and is used by one thread at a time.
/// </summary>
internal sealed class Statement : IDisposable
{
    // Longer values are rare and go over the heap.
    private const int MaxOnStack = 1_024;

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public Statement(sqlite3 database, string sql)
    {
        _database = database;
        if (raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement) != raw.SQLITE_OK)
            throw Failure();
    }

    public Statement Bind(int index, long value) => Checked(raw.sqlite3_bind_int64(_statement, index, value));

    public Statement Bind(int index, long? value) => value is { } number ? Bind(index, number) : BindNull(index);

    public Statement Bind(int index, bool value) => Bind(index, value ? 1L : 0L);

    public Statement Bind(int index, string? value)
    {
        if (value is null)
            return BindNull(index);
        if (value.Length > MaxOnStack / 3)
            return Checked(raw.sqlite3_bind_text(_statement, index, value));
        Span<byte> bytes = stackalloc byte[MaxOnStack];
        return Checked(raw.sqlite3_bind_text(_statement, index, bytes[..Encoding.UTF8.GetBytes(value, bytes)]));
    }

    /// <summary>Binds a message as its bytes; SQLite copies them.</summary>
    public Statement Bind(int index, IMessage? value)
    {
        if (value is null)
            return BindNull(index);
        var size = value.CalculateSize();
        if (size > MaxOnStack)
            return Bind(index, value.ToByteArray());
        Span<byte> bytes = stackalloc byte[size];
        value.WriteTo(bytes);
        return Bind(index, bytes);
    }

    public Statement Bind(int index, ReadOnlySpan<byte> value) => Checked(raw.sqlite3_bind_blob(_statement, index, value));

    public Statement Bind(int index, byte[]? value) => value is null ? BindNull(index) : Bind(index, value.AsSpan());

    public Statement BindNull(int index) => Checked(raw.sqlite3_bind_null(_statement, index));

    /// <summary>Binds a key: 16 bytes, so that UUIDv7 keys sort by the time they were made.</summary>
    public Statement Bind(int index, RowId value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.Write(bytes);
        return Bind(index, bytes);
    }

    /// <summary>Moves to the next row.</summary>
    /// <returns>False at the end; the statement is then ready to be bound and run again.</returns>
    public bool Step()
    {
        switch (raw.sqlite3_step(_statement))
        {
            case raw.SQLITE_ROW:
                return true;
            case raw.SQLITE_DONE:
                Reset();
                return false;
            default:
                var failure = Failure();
                Reset();
                throw failure;
        }
    }

    /// <summary>Runs to the end.</summary>
    public void Execute()
    {
        while (Step())
        {
        }
    }

    /// <summary>Runs to the end and reads the first column of the first row, if there is a row.</summary>
    public long? ExecuteScalar()
    {
        long? value = Step() && !IsNull(0) ? Int64(0) : null;
        Reset();
        return value;
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public bool IsText(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_TEXT;

    public long Int64(int column) => raw.sqlite3_column_int64(_statement, column);

    public bool Flag(int column) => Int64(column) != 0;

    public string? Text(int column) =>
        IsNull(column) ? null : Encoding.UTF8.GetString(raw.sqlite3_column_blob(_statement, column));

    /// <summary>The bytes of a column, valid until the next step; empty for NULL.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_statement, column);

    public byte[]? Bytes(int column) => IsNull(column) ? null : Blob(column).ToArray();

    /// <summary>Binds a column of this statement to a parameter of another, as what it is.</summary>
    public void CopyTo(int column, Statement target, int index) => _ = raw.sqlite3_column_type(_statement, column) switch
    {
        raw.SQLITE_INTEGER => target.Bind(index, Int64(column)),
        raw.SQLITE_TEXT => target.Bind(index, Text(column)),
        raw.SQLITE_NULL => target.BindNull(index),
        _ => target.Bind(index, Blob(column)),
    };

    public RowId Id(int column) => RowId.Read(Blob(column));

    /// <summary>Ends a run before its last row, so that it holds no lock, and forgets what was bound.</summary>
    public void Reset()
    {
        _ = raw.sqlite3_reset(_statement);
        _ = raw.sqlite3_clear_bindings(_statement);
    }

    public void Dispose() => _statement.Dispose();

    private Statement Checked(int result) => result == raw.SQLITE_OK ? this : throw Failure();

    private SqliteException Failure() =>
        new(
            raw.sqlite3_errmsg(_database).utf8_to_string(),
            raw.sqlite3_errcode(_database),
            raw.sqlite3_extended_errcode(_database));
}
