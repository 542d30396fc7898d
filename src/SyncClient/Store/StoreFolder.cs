using System.Runtime.Versioning;

namespace KhsCrm.SyncClient.Store;

/// <summary>The folder of one device: its database and the lock of its sync loop. Nobody else may read it.</summary>
internal sealed class StoreFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public StoreFolder(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(Path);
        else
            Directory.CreateDirectory(Path, OwnerOnly | UnixFileMode.UserExecute);
        DatabaseFile = System.IO.Path.Combine(Path, "khscrm.db");
        // Made before SQLite opens it, so that it is never readable by others, not even for a moment; SQLite gives its
        // -wal and -shm files the mode of the database.
        if (!OperatingSystem.IsWindows())
            CreatePrivately(DatabaseFile);
    }

    public string Path { get; }

    public string DatabaseFile { get; }

    /// <summary>
    /// Takes the right to sync this folder, which one process at a time has. The operating system gives it back when
    /// the process ends, however it ends. Edits and reads need no lock: SQLite orders them.
    /// </summary>
    /// <exception cref="StoreInUseException">Another client has it.</exception>
    public IDisposable LockForSync()
    {
        try
        {
            return new FileStream(
                System.IO.Path.Combine(Path, "sync.lock"),
                FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new StoreInUseException(Path, exception);
        }
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
