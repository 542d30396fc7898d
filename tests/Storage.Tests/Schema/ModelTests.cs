using KhsCrm.Storage.Tests.Database;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Xunit;

namespace KhsCrm.Storage.Tests.Schema;

/// <summary>The EF model and the migrated database are the same, though parts of each were written by hand.</summary>
public sealed class ModelTests : DatabaseTest
{
    [Fact]
    public void The_migrations_have_all_that_the_model_has()
    {
        using var context = CreateContext();

        Assert.False(context.Database.HasPendingModelChanges());
    }

    [Fact]
    public async Task The_database_has_the_models_columns_and_no_others()
    {
        using var context = CreateContext();

        Assert.Equal(
            Lines(context, (table, entity) => entity.GetProperties().Select(property =>
            {
                var column = table.FindColumn(property.GetColumnName())!;
                return $"{table.Name}.{column.Name} {column.StoreType}{(column.IsNullable ? "" : " NOT NULL")}";
            })),
            await ListAsync(
                """
                SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
                    || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
                FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p')
                """));
    }

    [Fact]
    public async Task The_database_has_the_models_defaults_and_no_others()
    {
        using var context = CreateContext();

        Assert.Equal(
            Lines(context, (table, entity) => entity.GetProperties()
                .Where(property => property.GetDefaultValueSql() is not null || property.TryGetDefaultValue(out _))
                .Select(property => $"{table.Name}.{property.GetColumnName()}")),
            await ListAsync(
                """
                SELECT c.relname || '.' || a.attname FROM pg_attrdef d
                JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum JOIN pg_class c ON c.oid = d.adrelid
                WHERE true
                """));
    }

    [Fact]
    public async Task The_database_has_the_models_keys_checks_and_references_and_no_others()
    {
        using var context = CreateContext();

        Assert.Equal(
            Lines(context, (table, entity) =>
            [
                .. entity.GetKeys().Select(key => $"{table.Name} {key.GetName()}"),
                .. entity.GetForeignKeys().Select(key => $"{table.Name} {key.GetConstraintName()}"),
                .. entity.GetCheckConstraints().Select(check => $"{table.Name} {check.Name}"),
            ]),
            await ListAsync(
                """
                SELECT c.relname || ' ' || k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
                WHERE k.contype IN ('p', 'u', 'f', 'c')
                """));
    }

    [Fact]
    public async Task The_database_has_the_models_indexes_and_those_that_EF_has_no_word_for()
    {
        using var context = CreateContext();
        string[] expressions =
            ["customers idx_customers_phone", "customers idx_customers_search_gin", "users idx_users_email"];

        Assert.Equal(
            Lines(context, (table, entity) => entity.GetIndexes().Select(index => $"{table.Name} {index.GetDatabaseName()}"))
                .Concat(expressions).Order(StringComparer.Ordinal),
            await ListAsync(
                """
                SELECT c.relname || ' ' || x.relname FROM pg_index i
                JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
                WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
                """));
    }

    private static List<string> Lines(
        DbContext context, Func<ITable, IEntityType, IEnumerable<string>> describe)
    {
        // Check constraints and defaults are in the design-time model only.
        var model = Microsoft.EntityFrameworkCore.Infrastructure.AccessorExtensions
            .GetService<IDesignTimeModel>(context).Model;
        return [.. model.GetEntityTypes()
            .SelectMany(entity => describe(model.GetRelationalModel().FindTable(entity.GetTableName()!, null)!, entity))
            .Order(StringComparer.Ordinal)];
    }

    // Partitions are copies of their parents, and EF's own table is not the model's.
    private async Task<List<string>> ListAsync(string sql) =>
        [.. (await Sql.ListAsync<string>(
            $"{sql} AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition AND c.relname <> '__EFMigrationsHistory'"))
            .Order(StringComparer.Ordinal)];
}
