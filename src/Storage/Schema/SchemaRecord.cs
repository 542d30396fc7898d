using Npgsql;

namespace KhsCrm.Storage.Schema;

/// <summary>What a database says of its schema.</summary>
/// <param name="IsReadOnly">Whether it takes no writes.</param>
/// <param name="Applied">The migrations that it has.</param>
/// <param name="OldestServers">Of migrations that older servers may run on: the migration that such a server must know.</param>
internal sealed record SchemaRecord(bool IsReadOnly, IReadOnlyList<string> Applied, IReadOnlyDictionary<string, string> OldestServers)
{
    private const int Seconds = 5;

    /// <summary>Reads it. Not through EF Core, which would log each failure as an error.</summary>
    public static async Task<SchemaRecord> ReadAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT current_setting('transaction_read_only') = 'on',
                to_regclass('"__EFMigrationsHistory"') IS NOT NULL, to_regclass('schema_compatibility') IS NOT NULL
            """);
        command.CommandTimeout = Seconds;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (isReadOnly, hasMigrations, hasMarks) = (reader.GetBoolean(0), reader.GetBoolean(1), reader.GetBoolean(2));
        await reader.CloseAsync();
        var applied = hasMigrations
            ? await ListAsync(dataSource, """SELECT "MigrationId"::text, '' FROM "__EFMigrationsHistory" ORDER BY 1""", cancellationToken)
            : [];
        var marks = hasMarks
            ? await ListAsync(dataSource, "SELECT migration_id, oldest_server FROM schema_compatibility", cancellationToken)
            : [];
        return new(isReadOnly, [.. applied.Select(row => row.Key)], new Dictionary<string, string>(marks, StringComparer.Ordinal));
    }

    private static async Task<List<KeyValuePair<string, string>>> ListAsync(
        NpgsqlDataSource dataSource, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // One of the two above.
        await using var command = dataSource.CreateCommand(sql);
#pragma warning restore CA2100
        command.CommandTimeout = Seconds;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<KeyValuePair<string, string>> rows = [];
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(new(reader.GetString(0), reader.GetString(1)));
        return rows;
    }
}
