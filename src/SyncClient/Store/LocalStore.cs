using KhsCrm.SyncClient.Changes;
using KhsCrm.V1;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace KhsCrm.SyncClient.Store;

/// <summary>
/// The device's SQLite file. One connection writes, several read, each for one caller at a time; WAL lets readers go on
/// while a delta is being stored, and lets other processes read and edit beside this one.
/// </summary>
internal sealed class LocalStore : IDisposable
{
    private const string Durably = "PRAGMA synchronous = FULL";
    private const string Lazily = "PRAGMA synchronous = NORMAL";

    private readonly StoreConnection _writer;
    private readonly ReaderPool _readers;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly WalLimit _wal;
    private long _dataVersion;
    private bool _isClosed;

    private LocalStore(StoreFolder folder, StoreConnection writer, Func<StoreConnection> openReader)
    {
        (Folder, _writer, _readers) = (folder, writer, new ReaderPool(openReader));
        _wal = new WalLimit(folder, writer, _readers);
        _dataVersion = ReadDataVersion();
    }

    public StoreFolder Folder { get; }

    public ChangeFeed Changes { get; } = new();

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
            // Of a file without tables only; an older one is turned over by Compaction.
            if (writer.Prepare("PRAGMA page_count").ExecuteScalar() is 0)
                writer.Execute("PRAGMA auto_vacuum = INCREMENTAL");
            writer.Execute("PRAGMA journal_mode = WAL");
            // An edit that was answered must survive a power cut, so NORMAL, which may lose the last commits, is not enough.
            writer.Execute(Durably);
            StoreSchema.Migrate(writer);
            var store = new LocalStore(folder, writer, () => new StoreConnection(connectionString, busyTimeout));
            store.FinishErasure();
            return store;
        }
        catch (Exception exception)
        {
            writer?.Dispose();
            if (Explain(exception, encryptionKey) is { } message)
                throw new KhsCrmException(message, exception) { Reason = ErrorReason.EncryptionKeyUnusable };
            if (StoreErrors.IsOfStore(exception))
                throw StoreErrors.Translate(exception, folder.Path);
            throw;
        }
    }

    /// <summary>Reads one state of the store. Cancelling stops the query.</summary>
    public async Task<T> ReadAsync<T>(Func<StoreConnection, T> read, CancellationToken cancellationToken)
    {
        try
        {
            return await _readers.ReadAsync(read, () => Volatile.Read(ref _isClosed), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (StoreErrors.IsOfStore(exception))
        {
            throw StoreErrors.Translate(exception, Folder.Path);
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
        using var turn = await TakeTurnAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => isDurable ? Write(write) : WriteLazily(write), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (StoreErrors.IsOfStore(exception))
        {
            throw StoreErrors.Translate(exception, Folder.Path);
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
        using (await TakeTurnAsync(cancellationToken).ConfigureAwait(false))
        {
            var version = ReadDataVersion();
            if (version == _dataVersion)
                return false;
            _dataVersion = version;
        }

        Changes.Publish(StoreChanges.Anything);
        return true;
    }

    /// <summary>Gives space that deleted rows took back to the disk, a bounded part at a time.</summary>
    /// <returns>Whether more is left to do.</returns>
    public async Task<bool> CompactAsync(CancellationToken cancellationToken)
    {
        using var turn = await TakeTurnAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Compaction.Step(_writer), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (StoreErrors.IsOfStore(exception))
        {
            throw StoreErrors.Translate(exception, Folder.Path);
        }
    }

    /// <summary>Finishes what <see cref="Erasure.Begin"/> began: what was deleted leaves the files too.</summary>
    public async Task FinishErasureAsync()
    {
        using var turn = await TakeTurnAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            await Task.Run(FinishErasure).ConfigureAwait(false);
        }
        catch (Exception exception) when (StoreErrors.IsOfStore(exception))
        {
            throw StoreErrors.Translate(exception, Folder.Path);
        }
    }

    /// <summary>Closes the store. Who reads or writes now ends first; who waits for it is told that the client is closed.</summary>
    public void Dispose()
    {
        Volatile.Write(ref _isClosed, true);
        Changes.Complete();
        _writing.Wait();
        using (_readers.HoldAll())
        {
            _readers.Close();
            _writer.Dispose();
        }

        // Not disposed: a semaphore that is would leave its waiters waiting for ever.
        _writing.Release();
    }

    private async Task<IDisposable> TakeTurnAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!Volatile.Read(ref _isClosed))
            return new Turn(_writing);
        _writing.Release();
        throw new ClientClosedException();
    }

    private void FinishErasure()
    {
        if (!Erasure.IsDue(_writer))
            return;
        using (_readers.HoldAll())
        {
            _readers.Close();
            Erasure.Finish(_writer);
        }
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

        _wal.Keep();
        Changes.Publish(transaction.Collected);
        return result;
    }

    // The number changes when another connection commits, not when this one does.
    private long ReadDataVersion() => _writer.Prepare("PRAGMA data_version").ExecuteScalar() ?? 0;

    private sealed class Turn(SemaphoreSlim writing) : IDisposable
    {
        public void Dispose() => writing.Release();
    }
}
