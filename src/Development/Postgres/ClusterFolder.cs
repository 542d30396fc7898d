using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace KhsCrm.Development.Postgres;

/// <summary>
/// The folder of a private cluster: the server's data, its password and its log, held by one process at a time.
/// </summary>
internal sealed class ClusterFolder : IDisposable
{
    /// <summary>The modes of a folder that is nobody else's business.</summary>
    public const UnixFileMode OwnerOnly =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly ClusterAccount _account;

    // The system lets go of the lock when the process ends, however it ends. So whoever holds it knows that a server
    // still running on the folder has lost its owner.
    private readonly FileStream _lock;

    private ClusterFolder(string root, ClusterAccount account, FileStream held) =>
        (Root, _account, _lock) = (root, account, held);

    public string Root { get; }

    public string Data => Path.Combine(Root, "pgdata");

    public string PasswordFile => Path.Combine(Root, "password");

    public string LogFile => Path.Combine(Root, "server.log");

    /// <summary>The major version that made the data, or null if there is none.</summary>
    public int? Major => File.Exists(VersionFile) ? int.Parse(File.ReadAllText(VersionFile)) : null;

    private string VersionFile => Path.Combine(Data, "PG_VERSION");

    public static async Task<ClusterFolder> OpenAsync(
        string requested, ClusterAccount account, ILogger logger, CancellationToken cancellationToken)
    {
        var root = Path.GetFullPath(requested);
        if (!await account.ReachesAsync(Existing(root), cancellationToken))
        {
            root = await SubstituteAsync(root, cancellationToken);
            PrivateClusterLog.FolderOutOfReach(logger, requested, account.User, root);
        }
        if (File.Exists(Path.Combine(root, "PG_VERSION")))
            throw new PrivateClusterException($"{root} is a server's own data folder; name a folder to keep one in.");
        try
        {
            CreateFolders(root, account);
            var held = new FileStream(
                Path.Combine(root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new ClusterFolder(root, account, held);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new PrivateClusterException($"{root} cannot be written: {denied.Message}", denied);
        }
        catch (IOException failure)
        {
            var reason = File.Exists(Path.Combine(root, "lock")) ? "is in use by another process" : "cannot be made";
            throw new PrivateClusterException($"The cluster folder {root} {reason}: {failure.Message}", failure);
        }
    }

    /// <summary>Makes a password that only the server's user and root can read.</summary>
    [SuppressMessage("Interoperability", "CA1416", Justification = PrivateCluster.UnixOnly)]
    public async Task<string> CreatePasswordAsync(CancellationToken cancellationToken)
    {
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        File.Delete(PasswordFile);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        await using (var file = new StreamWriter(PasswordFile, options))
            await file.WriteLineAsync(password);
        await _account.TakeAsync(PasswordFile, cancellationToken);
        return password;
    }

    public string ReadPassword() => File.Exists(PasswordFile)
        ? File.ReadAllText(PasswordFile).Trim()
        : throw new PrivateClusterException($"{PasswordFile} is gone. Start over with a fresh cluster.");

    public void DeleteData()
    {
        if (Directory.Exists(Data))
            Directory.Delete(Data, recursive: true);
        File.Delete(PasswordFile);
    }

    public void Delete()
    {
        if (Directory.Exists(Root))
            Directory.Delete(Root, recursive: true);
    }

    public void Dispose() => _lock.Dispose();

    // Root can write into a folder that the server's user cannot reach, and whose modes are not ours to change.
    private static async Task<string> SubstituteAsync(string requested, CancellationToken cancellationToken)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(requested)))[..12];
        var substitute = $"/var/tmp/khscrm-{hash}";
        // Anyone may have put a folder of that name there.
        var safe = await Command.RunAsync(
            ["sh", "-c", "[ ! -L \"$1\" ] && { [ ! -e \"$1\" ] || [ -O \"$1\" ]; }", "sh", substitute],
            cancellationToken);
        return safe.Succeeded
            ? substitute
            : throw new PrivateClusterException($"{substitute} belongs to another user. Name another data folder.");
    }

    private static string Existing(string folder) =>
        Directory.Exists(folder) ? folder : Existing(Path.GetDirectoryName(folder)!);

    [SuppressMessage("Interoperability", "CA1416", Justification = PrivateCluster.UnixOnly)]
    private static void CreateFolders(string folder, ClusterAccount account)
    {
        if (Directory.Exists(folder))
            return;
        CreateFolders(Path.GetDirectoryName(folder)!, account);
        const UnixFileMode everyone = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(folder);
        // Not left to the umask: another user of ours may have to pass through.
        File.SetUnixFileMode(folder, account.IsOther ? OwnerOnly | everyone : OwnerOnly);
    }
}
