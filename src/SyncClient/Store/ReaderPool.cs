using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace KhsCrm.SyncClient.Store;

/// <summary>
/// The connections that read, each for one caller at a time, opened when they are first needed: a long search holds one of
/// them and leaves the others to those who only want a row.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore that is disposed leaves its waiters waiting for ever.")]
internal sealed class ReaderPool(Func<StoreConnection> open)
{
    private const int MaxReaders = 4;

    private readonly SemaphoreSlim _free = new(MaxReaders, MaxReaders);
    private readonly ConcurrentBag<StoreConnection> _idle = [];

    /// <summary>Reads one state of the store. Cancelling stops a query that runs.</summary>
    public async Task<T> ReadAsync<T>(Func<StoreConnection, T> read, Func<bool> isClosed, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return isClosed()
                ? throw new ClientClosedException()
                : await Task.Run(() => Read(read, cancellationToken), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Waits until nobody reads, and lets nobody read until the result is disposed.</summary>
    public IDisposable HoldAll()
    {
        for (var reader = 0; reader < MaxReaders; reader++)
            _free.Wait();
        return new Hold(_free);
    }

    /// <summary>Closes what is idle; nobody may read.</summary>
    public void Close()
    {
        while (_idle.TryTake(out var connection))
            connection.Dispose();
    }

    private T Read<T>(Func<StoreConnection, T> read, CancellationToken cancellationToken)
    {
        if (!_idle.TryTake(out var connection))
            connection = open();
        try
        {
            connection.Prepare("BEGIN").Execute();
            T result;
            // Unregistering waits for a running interrupt, so it never meets the next caller's query.
            using (cancellationToken.UnsafeRegister(static one => ((StoreConnection)one!).Interrupt(), connection))
                result = read(connection);
            connection.Prepare("COMMIT").Execute();
            _idle.Add(connection);
            return result;
        }
        catch (Exception exception)
        {
            // A query that ended in the middle leaves statements open: another connection is cheaper than to find them.
            connection.Dispose();
            if (exception is SqliteException { SqliteErrorCode: raw.SQLITE_INTERRUPT } && cancellationToken.IsCancellationRequested)
                throw new OperationCanceledException("The query was cancelled.", exception, cancellationToken);
            throw;
        }
    }

    private sealed class Hold(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release(MaxReaders);
    }
}
