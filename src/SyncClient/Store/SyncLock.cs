using System.Collections.Concurrent;

namespace KhsCrm.SyncClient.Store;

/// <summary>
/// The right to sync a folder, which one client at a time has. The operating system gives it back when the process ends,
/// however it ends.
/// </summary>
internal sealed class SyncLock : IDisposable
{
    private static readonly ConcurrentDictionary<string, bool> OfThisProcess = new(StringComparer.Ordinal);

    private readonly string _folder;
    private readonly FileStream _file;
    private int _isDisposed;

    private SyncLock(string folder, FileStream file) => (_folder, _file) = (folder, file);

    /// <exception cref="StoreInUseException">Another client has it.</exception>
    /// <exception cref="KhsCrmException">The folder cannot be written.</exception>
    public static SyncLock Take(string folder)
    {
        try
        {
            var file = new FileStream(
                Path.Combine(folder, "sync.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            OfThisProcess[folder] = true;
            return new(folder, file);
        }
        catch (IOException exception) when (exception is not (DirectoryNotFoundException or PathTooLongException) && !IsFull(exception))
        {
            throw new StoreInUseException(folder, OfThisProcess.ContainsKey(folder), exception);
        }
        catch (Exception exception) when (StoreErrors.IsOfStore(exception))
        {
            throw StoreErrors.Translate(exception, folder);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        OfThisProcess.TryRemove(_folder, out _);
        _file.Dispose();
    }

    private static bool IsFull(IOException exception) =>
        StoreErrors.Translate(exception, "").Reason == V1.ErrorReason.DiskFull;
}
