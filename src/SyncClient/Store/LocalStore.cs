using KhsCrm.SyncClient.Changes;
using Microsoft.Data.Sqlite;

namespace KhsCrm.SyncClient.Store;

/// <summary>
/// The device's SQLite file. One connection writes, one reads, each for one caller at a time; WAL lets readers go on
/// while a delta is being stored, and lets other processes read and edit beside this one.
/// </summary>
internal sealed class LocalStore : IDisposable
{
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
            writer.Execute("PRAGMA synchronous = FULL");
            StoreSchema.Migrate(writer);
            return new LocalStore(folder, writer, new StoreConnection(connectionString, busyTimeout), new ChangeFeed());
        }
        catch
        {
            writer?.Dispose();
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
    public async Task<T> WriteAsync<T>(Func<WriteTransaction, T> write, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Write(write), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
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
