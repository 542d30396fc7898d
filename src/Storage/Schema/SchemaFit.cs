using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace KhsCrm.Storage.Schema;

/// <summary>Whether a database has the schema that this version works with.</summary>
public sealed class SchemaFit(NpgsqlDataSource dataSource, IDbContextFactory<KhsCrmDbContext> contexts)
{
    private (IReadOnlyList<string> Migrations, SchemaColumns Columns)? _known;

    /// <summary>Asks the database.</summary>
    /// <returns>Whether it takes no writes; and why its schema does not fit and what to do then, in a sentence, or null.</returns>
    public async Task<(bool IsReadOnly, string? Mismatch)> CheckAsync(CancellationToken cancellationToken)
    {
        var record = await SchemaRecord.ReadAsync(dataSource, cancellationToken);
        var (migrations, columns) = _known ??= await KnownAsync(cancellationToken);
        return (record.IsReadOnly, FindFault(migrations, record) ?? await columns.FindFaultAsync(dataSource, cancellationToken));
    }

    internal static string? FindFault(IReadOnlyList<string> known, SchemaRecord record)
    {
        if (known.Except(record.Applied).FirstOrDefault() is { } missing)
            return $"the database lacks the migration {missing}: run migrate";
        var newest = known[^1];
        return record.Applied.Except(known).FirstOrDefault(id => !MayRunOn(id, newest, record)) is { } unknown
            ? $"the database has the migration {unknown} of a newer version, which does not allow servers of this one: install the newer version"
            : null;
    }

    // Ids begin with the time, so they compare as text.
    private static bool MayRunOn(string migration, string newest, SchemaRecord record) =>
        record.OldestServers.TryGetValue(migration, out var oldest) && string.CompareOrdinal(oldest, newest) <= 0;

    private async Task<(IReadOnlyList<string> Migrations, SchemaColumns Columns)> KnownAsync(CancellationToken cancellationToken)
    {
        await using var model = await contexts.CreateDbContextAsync(cancellationToken);
        return ([.. model.Database.GetMigrations()], new SchemaColumns(model.Model));
    }
}
