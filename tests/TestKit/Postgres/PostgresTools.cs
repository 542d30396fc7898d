using KhsCrm.Development.Postgres;

namespace KhsCrm.TestKit;

/// <summary>
/// PostgreSQL's own programs for backups and dumps, and the server that goes with them. What KHSCRM_POSTGRES_BIN names
/// may be a server alone; then an installation that has them all is used instead.
/// </summary>
internal static class PostgresTools
{
    private static readonly string[] Needed = ["initdb", "postgres", "pg_ctl", "pg_basebackup", "pg_dump", "psql"];

    /// <summary>The folder of the programs.</summary>
    public static string Folder { get; } = Find();

    /// <summary>Runs a program to its end as the user that servers run as.</summary>
    public static async Task RunAsync(
        string connectionString, string program, string[] arguments, CancellationToken cancellationToken)
    {
        var account = await ClusterAccount.ChooseAsync(cancellationToken);
        var words = account.Run([Path.Combine(Folder, program), .. arguments]);
        var result = await Command.RunAsync(words, Environment(connectionString), cancellationToken);
        if (!result.Succeeded)
            throw new InvalidOperationException($"{program} failed: {result.Output}");
    }

    private static Dictionary<string, string> Environment(string connectionString)
    {
        var server = new Npgsql.NpgsqlConnectionStringBuilder(connectionString);
        return new Dictionary<string, string>
        {
            ["PGHOST"] = server.Host!,
            ["PGPORT"] = $"{server.Port}",
            ["PGUSER"] = server.Username!,
            ["PGPASSWORD"] = server.Password!,
            ["PGDATABASE"] = server.Database!,
        };
    }

    private static string Find()
    {
        var named = System.Environment.GetEnvironmentVariable(PostgresBinaries.FolderVariable);
        var folders = string.IsNullOrEmpty(named) ? PostgresFolders.Usual() : PostgresFolders.Usual().Prepend(named);
        return folders.FirstOrDefault(folder => Needed.All(program => File.Exists(Path.Combine(folder, program))))
            ?? throw new InvalidOperationException($"No folder holds all of {string.Join(", ", Needed)}. Install PostgreSQL's server and client.");
    }
}
