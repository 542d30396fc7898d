using KhsCrm.SyncClient.Changes;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace KhsCrm.SyncClient.Store;

/// <summary>
/// The device's SQLite file. One connection writes, one reads, each for one caller at a time; WAL lets readers go on
/// while a delta is being stored, and lets other processes read and edit beside this one.
/// </summary>
internal sealed class LocalStore : IDisposable
{
    private const string Durably = "PRAGMA synchronous = FULL";
    private const string Lazily = "PRAGMA synchronous = NORMAL";

    private readonly StoreConnection _writer;
    private readonly StoreConnection _reader;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly SemaphoreSlim _reading = new(1, 1);
    private long _dataVersion;

    private LocalStore(StoreFolder folder, StoreConnection writer, StoreConnection reader, ChangeFeed changes)
    {
        (Folder, _writer, _reader, Changes) = (folder, writer, reader, changes);
        _dataVersion = ReadDataVersion();
    }

    public StoreFolder Folder { get; }

    public ChangeFeed Changes { get; }

    /// <summary>Opens the store of a folder and brings its schema up to date; makes it when there is none.</summary>
    /// <exception cref="KhsCrmException">The file cannot be encrypted, or cannot be read, or is of a newer version.</exception>
    public static LocalStore Open(StoreFolder folder, string? encryptionKey, TimeSpan busyTimeout)
    {
        var connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = folder.DatabaseFile,
            Pooling = false,
            Password = encryptionKey ?? "",
        }.ToString();
        StoreConnection? writer = null;
        try
        {
            writer = new StoreConnection(connectionString, busyTimeout);
            writer.Execute("PRAGMA journal_mode = WAL");
            // An edit that was answered must survive a power cut, so NORMAL, which may lose the last commits, is not enough.
            writer.Execute(Durably);
            StoreSchema.Migrate(writer);
            return new LocalStore(folder, writer, new StoreConnection(connectionString, busyTimeout), new ChangeFeed());
        }
        catch (Exception exception)
        {
            writer?.Dispose();
            if (Explain(exception, encryptionKey) is { } message)
                throw new KhsCrmException(message, exception);
            throw;
        }
    }

    /// <summary>Reads one state of the store.</summary>
    public async Task<T> ReadAsync<T>(Func<StoreConnection, T> read, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Read(read), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>Changes the store: all of it or, when <paramref name="write"/> throws, nothing.</summary>
    public Task<T> WriteAsync<T>(Func<WriteTransaction, T> write, CancellationToken cancellationToken) =>
        WriteAsync(write, isDurable: true, cancellationToken);

    /// <summary>
    /// The same; when not durable, a power cut may undo it until the next durable one: for what the server would send again.
    /// </summary>
    public async Task<T> WriteAsync<T>(Func<WriteTransaction, T> write, bool isDurable, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => isDurable ? Write(write) : WriteLazily(write), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Changes the store, with nothing to answer.</summary>
    public Task WriteAsync(Action<WriteTransaction> write, CancellationToken cancellationToken) =>
        WriteAsync(transaction => { write(transaction); return true; }, cancellationToken);

    /// <summary>
    /// Whether another process has changed the store since the last call; observers are told. Costs no file access
    /// beyond SQLite's shared memory.
    /// </summary>
    public async Task<bool> NoticeOtherProcessesAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var version = ReadDataVersion();
            if (version == _dataVersion)
                return false;
            _dataVersion = version;
        }
        finally
        {
            _writing.Release();
        }

        Changes.Publish(StoreChanges.Anything);
        return true;
    }

    public void Dispose()
    {
        Changes.Complete();
        _reader.Dispose();
        _writer.Dispose();
        _reading.Dispose();
        _writing.Dispose();
    }

    private static string? Explain(Exception exception, string? encryptionKey) => exception switch
    {
        InvalidOperationException when !string.IsNullOrEmpty(encryptionKey) =>
            "The store cannot be encrypted: the build of SQLite that this app links has no encryption. Link one that has, or "
            + "leave the encryption key unset.",
        SqliteException { SqliteErrorCode: raw.SQLITE_NOTADB } =>
            "The store cannot be read: the encryption key is not the one it was made with, or the file is damaged.",
        _ => null,
    };

    private T Read<T>(Func<StoreConnection, T> read)
    {
        _reader.Prepare("BEGIN").Execute();
        try
        {
            return read(_reader);
        }
        finally
        {
            _reader.Prepare("COMMIT").Execute();
        }
    }

    private T WriteLazily<T>(Func<WriteTransaction, T> write)
    {
        // Not prepared: SQLite obeys this pragma when it compiles it.
        _writer.Execute(Lazily);
        try
        {
            return Write(write);
        }
        finally
        {
            _writer.Execute(Durably);
        }
    }

    private T Write<T>(Func<WriteTransaction, T> write)
    {
        _writer.Prepare("BEGIN IMMEDIATE").Execute();
        T result;
        var transaction = new WriteTransaction(_writer, Changes.IsObserved);
        try
        {
            result = write(transaction);
            _writer.Prepare("COMMIT").Execute();
        }
        catch
        {
            // A failed COMMIT leaves the transaction open; one that SQLite has ended already cannot be rolled back.
            try
            {
                _writer.Prepare("ROLLBACK").Execute();
            }
            catch (SqliteException)
            {
            }

            throw;
        }

        Changes.Publish(transaction.Collected);
        return result;
    }

    // The number changes when another connection commits, not when this one does.
    private long ReadDataVersion() => _writer.Prepare("PRAGMA data_version").ExecuteScalar() ?? 0;
}
