using Microsoft.EntityFrameworkCore.Migrations;

namespace KhsCrm.Storage.Migrations;

/// <summary>Runs the SQL files that lie beside a migration, embedded in the assembly, in the order of their names.</summary>
internal static class SqlFilesExtension
{
    public static void SqlFiles(this MigrationBuilder migrationBuilder, string folder)
    {
        var assembly = typeof(SqlFilesExtension).Assembly;
        var prefix = $"{typeof(SqlFilesExtension).Namespace}.{folder}.";
        foreach (var name in assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            migrationBuilder.Sql(reader.ReadToEnd());
        }
    }
}
