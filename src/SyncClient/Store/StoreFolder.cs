using System.Runtime.Versioning;

namespace KhsCrm.SyncClient.Store;

/// <summary>The folder of one device: its database and the lock of its sync loop. Nobody else may read it.</summary>
internal sealed class StoreFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <exception cref="KhsCrmException">The folder cannot be made or written.</exception>
    public StoreFolder(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        DatabaseFile = System.IO.Path.Combine(Path, "khscrm.db");
        try
        {
            Make();
        }
        catch (Exception exception) when (StoreErrors.IsOfStore(exception))
        {
            throw StoreErrors.Translate(exception, Path);
        }
    }

    public string Path { get; }

    public string DatabaseFile { get; }

    /// <summary>Takes the right to sync this folder. Edits and reads need none: SQLite orders them.</summary>
    /// <exception cref="StoreInUseException">Another client has it.</exception>
    public IDisposable LockForSync() => SyncLock.Take(Path);

    private void Make()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(Path);
            return;
        }

        Directory.CreateDirectory(Path, OwnerOnly | UnixFileMode.UserExecute);
        // Made before SQLite opens it, so that it is never readable by others, not even for a moment; SQLite gives its
        // -wal and -shm files the mode of the database.
        CreatePrivately(DatabaseFile);
    }

    [UnsupportedOSPlatform("windows")]
    private static void CreatePrivately(string file)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = OwnerOnly,
        };
        using (new FileStream(file, options))
        {
            File.SetUnixFileMode(file, OwnerOnly);
        }
    }
}
