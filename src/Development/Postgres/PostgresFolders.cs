namespace KhsCrm.Development.Postgres;

/// <summary>Where installers put PostgreSQL.</summary>
internal static class PostgresFolders
{
    // Parent folder, and the pattern of a version's folder in it.
    private static readonly (string Parent, string Pattern)[] Installed =
    [
        ("/usr/lib/postgresql", "*"),
        ("/usr", "pgsql-*"),
        ("/usr/libexec", "postgresql*"),
        ("/usr/local", "pgsql*"),
        ("/opt/homebrew/opt", "postgresql@*"),
        ("/usr/local/opt", "postgresql@*"),
        ("/Applications/Postgres.app/Contents/Versions", "*"),
        ("/Library/PostgreSQL", "*"),
    ];

    /// <summary>The folders worth looking at: those of PATH, then the usual ones, each with the newest first.</summary>
    public static IEnumerable<string> Usual() => FromPath().Concat(FromInstallers()).Distinct();

    // A distribution's /usr/bin and a machine's /usr/local/bin hold wrappers and single links. A server started
    // through a link would look for its share folder beside the link, so the link's target is what counts.
    private static IEnumerable<string> FromPath() =>
        from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        where Path.IsPathRooted(folder)
        let program = Path.Combine(folder, "postgres")
        where File.Exists(program)
        select Path.GetDirectoryName(RealPath(program))!;

    private static IEnumerable<string> FromInstallers() =>
        from place in Installed
        where Directory.Exists(place.Parent)
        from folder in Directory.EnumerateDirectories(place.Parent, place.Pattern).OrderByDescending(VersionOf)
        from bin in new[] { Path.Combine(folder, "bin"), folder }
        where File.Exists(Path.Combine(bin, "postgres"))
        select bin;

    private static string RealPath(string file) =>
        new FileInfo(file).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file;

    private static int VersionOf(string folder)
    {
        var digits = Path.GetFileName(folder).SkipWhile(c => !char.IsAsciiDigit(c)).TakeWhile(char.IsAsciiDigit);
        return int.TryParse(string.Concat(digits), out var version) ? version : 0;
    }
}
