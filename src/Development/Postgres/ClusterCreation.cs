using System.Diagnostics.CodeAnalysis;

namespace KhsCrm.Development.Postgres;

/// <summary>Makes the data of a cluster with <c>initdb</c>.</summary>
internal static class ClusterCreation
{
    /// <summary>The name of the cluster's superuser.</summary>
    public const string Superuser = "khscrm";

    private static readonly Dictionary<string, string> PlainMessages = new() { ["LC_ALL"] = "C" };

    /// <summary>The binaries to serve the folder with: of the version that made its data, if it has any.</summary>
    public static async Task<PostgresBinaries> FindBinariesAsync(
        PrivateClusterOptions options,
        ClusterFolder folder,
        ClusterAccount account,
        CancellationToken cancellationToken)
    {
        var binaries = await PostgresBinaries.FindAsync(folder.Major, options.BinariesFolder, cancellationToken);
        if (binaries is null || (folder.Major ?? binaries.Major) != binaries.Major)
            throw new PrivateClusterException(folder.Major is { } major
                ? $"The data in {folder.Root} was made by PostgreSQL {major}, whose programs are not to be found "
                  + $"(found: {binaries?.Folder ?? "none"}). Install them, name their folder in "
                  + $"{PostgresBinaries.FolderVariable}, or start over with a fresh cluster."
                : $"No PostgreSQL {PostgresBinaries.OldestMajor} or newer was found. Install it, or name the folder of "
                  + $"its programs in {PostgresBinaries.FolderVariable}.");
        if (!await account.CanRunAsync(binaries.Postgres, cancellationToken))
            throw new PrivateClusterException(
                $"The user {account.User}, as whom PostgreSQL is to run, cannot run {binaries.Postgres}.");
        return binaries;
    }

    /// <summary>Makes the data, all of it or none.</summary>
    [SuppressMessage("Interoperability", "CA1416", Justification = PrivateCluster.UnixOnly)]
    public static async Task RunAsync(
        PrivateClusterOptions options,
        ClusterFolder folder,
        ClusterAccount account,
        PostgresBinaries binaries,
        CancellationToken cancellationToken)
    {
        await folder.CreatePasswordAsync(cancellationToken);
        // C.UTF-8 keeps text functions aware of letters outside ASCII; some systems do not have it.
        var failure = "";
        foreach (var locale in new[] { "C.UTF-8", "C" })
        {
            var unfinished = folder.Data + ".new";
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
            Directory.CreateDirectory(unfinished, ClusterFolder.OwnerOnly);
            await account.TakeAsync(unfinished, cancellationToken);
            var initdb = await Command.RunAsync(
                account.Run(
                [
                    binaries.Initdb, "-D", unfinished, "-U", Superuser, "-A", "scram-sha-256",
                    $"--pwfile={folder.PasswordFile}", "-E", "UTF8", $"--locale={locale}", "--lc-messages=C",
                    .. options.Settings.GetValueOrDefault("fsync") == "off" ? ["--no-sync"] : Array.Empty<string>(),
                ]),
                PlainMessages,
                cancellationToken);
            if (initdb.Succeeded)
            {
                Directory.Move(unfinished, folder.Data);
                return;
            }
            failure = initdb.Output.Trim();
        }
        throw new PrivateClusterException($"initdb failed in {folder.Root}:\n{failure}");
    }
}
