using System.Text.RegularExpressions;

namespace KhsCrm.Development.Postgres;

/// <summary>A folder with the programs of one PostgreSQL version.</summary>
internal sealed partial record PostgresBinaries(string Folder, int Major)
{
    /// <summary>The oldest major version that the schema works on.</summary>
    public const int OldestMajor = 15;

    /// <summary>Names the folder to use, before all others.</summary>
    public const string FolderVariable = "KHSCRM_POSTGRES_BIN";

    // What a cluster needs. Packages that carry only a server leave psql out, and nothing here runs it.
    private static readonly string[] Programs = ["initdb", "postgres", "pg_ctl"];

    public string Initdb => Path.Combine(Folder, "initdb");

    public string Postgres => Path.Combine(Folder, "postgres");

    public string PgCtl => Path.Combine(Folder, "pg_ctl");

    /// <summary>
    /// The first usable installation, of exactly <paramref name="major"/> if given; null if there is none.
    /// A folder that was named on purpose is the only one considered.
    /// </summary>
    public static async Task<PostgresBinaries?> FindAsync(
        int? major, string? named, CancellationToken cancellationToken)
    {
        named ??= Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } set ? set : null;
        foreach (var folder in named is null ? PostgresFolders.Usual() : [Path.GetFullPath(named)])
        {
            var found = await ReadAsync(folder, cancellationToken);
            if (named is not null && found is null)
                throw new PrivateClusterException(
                    $"{named} does not hold {string.Join(", ", Programs)} of PostgreSQL {OldestMajor} or newer.");
            if (found is not null && (named is not null || major is null || major == found.Major))
                return found;
        }
        return null;
    }

    private static async Task<PostgresBinaries?> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        if (!Programs.All(program => File.Exists(Path.Combine(folder, program))))
            return null;
        var version = await Command.RunAsync([Path.Combine(folder, "postgres"), "--version"], cancellationToken);
        var match = MajorPattern().Match(version.Output);
        var major = version.Succeeded && match.Success ? int.Parse(match.Groups[1].ValueSpan) : 0;
        return major >= OldestMajor ? new PostgresBinaries(folder, major) : null;
    }

    [GeneratedRegex(@"PostgreSQL\) (\d+)")]
    private static partial Regex MajorPattern();
}
