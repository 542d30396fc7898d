using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Storage.Schema;

/// <summary>
/// The columns that this version works with. No list of migrations tells that somebody dropped or renamed one by hand, and each
/// call that needs it would fail.
/// </summary>
internal sealed class SchemaColumns
{
    private const int Seconds = 5;
    private readonly string[] _tables;
    private readonly string[] _columns;

    public SchemaColumns(IModel model)
    {
        var columns = model.GetEntityTypes()
            .Select(type => (Type: type, Table: StoreObjectIdentifier.Create(type, StoreObjectType.Table)))
            .Where(one => one.Table is not null)
            .SelectMany(one => one.Type.GetProperties(), (one, property) => (Table: one.Table!.Value.Name, Column: property.GetColumnName(one.Table.Value)!))
            .Distinct()
            .ToArray();
        (_tables, _columns) = ([.. columns.Select(column => column.Table)], [.. columns.Select(column => column.Column)]);
    }

    /// <summary>Which column a database lacks, such as <c>jobs.notes</c>, in a sentence; null when it has all.</summary>
    public async Task<string?> FindFaultAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT w.t || '.' || w.c FROM unnest($1, $2) AS w(t, c)
            WHERE NOT EXISTS (
                SELECT FROM pg_attribute a WHERE a.attrelid = to_regclass(quote_ident(w.t)) AND a.attname = w.c AND NOT a.attisdropped)
            ORDER BY 1 LIMIT 1
            """);
        command.CommandTimeout = Seconds;
        command.Parameters.Add(new NpgsqlParameter { Value = _tables, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = _columns, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        return await command.ExecuteScalarAsync(cancellationToken) is string missing
            ? $"the database lacks the column {missing}, which no migration has taken away: bring it back"
            : null;
    }
}
