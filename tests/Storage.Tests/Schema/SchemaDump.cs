using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Npgsql;

namespace KhsCrm.Storage.Tests.Schema;

/// <summary>The output of <c>pg_dump --schema-only</c> without what moves with the calendar, the minor version or the run.</summary>
internal static partial class SchemaDump
{
    /// <summary>The version whose spelling is pinned; later ones spell some things otherwise.</summary>
    public const int Major = 15;

    /// <summary>The dump; null when the machine has no pg_dump of the version.</summary>
    public static async Task<string?> ReadAsync(string connectionString, CancellationToken cancellationToken)
    {
        var version = await RunAsync(["--version"], null, cancellationToken);
        if (version is null || !version.Contains($") {Major}.", StringComparison.Ordinal))
            return null;
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        var dump = await RunAsync(
            ["--schema-only", "--no-owner", "--no-privileges", "-h", server.Host!, "-p", $"{server.Port}",
                "-U", server.Username!, server.Database!],
            server.Password, cancellationToken);
        return dump is null ? null : Normalize(dump);
    }

    private static string Normalize(string dump)
    {
        // pg_dump puts an empty line between statements, and a header of comments before each.
        var statements = dump.Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(statement => !MonthlyPartition().IsMatch(statement)
                && !statement.StartsWith("--", StringComparison.Ordinal)
                && !statement.StartsWith('\\')
                && !Setting().IsMatch(statement));
        return string.Join("\n\n", statements) + "\n";
    }

    private static async Task<string?> RunAsync(
        IEnumerable<string> arguments, string? password, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("pg_dump", arguments) { RedirectStandardOutput = true };
        start.Environment["PGPASSWORD"] = password ?? "";
        try
        {
            using var process = Process.Start(start)!;
            var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? output : throw new InvalidOperationException("pg_dump failed");
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    [GeneratedRegex(@"activity_logs_\d{4}_\d{2}")]
    private static partial Regex MonthlyPartition();

    [GeneratedRegex(@"\A(SET|SELECT pg_catalog\.set_config)\b")]
    private static partial Regex Setting();
}
