using KhsCrm.Storage.Tests.Database;

namespace KhsCrm.Storage.Tests.Schema;

/// <summary>The schema as one sorted line for each thing in it, spelled alike by every major version.</summary>
internal static class CatalogText
{
    // Monthly partitions move with the calendar. NOT NULL is part of the column line: version 18 has constraints for it.
    private const string Lines =
        """
        WITH tables AS (
            SELECT oid, relname FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname !~ '^activity_logs_\d{4}_\d{2}$')
        SELECT 'column ' || t.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
            || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
            || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') AS line
        FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
        UNION ALL
        SELECT 'constraint ' || t.relname || ' ' || k.conname || ' ' || pg_get_constraintdef(k.oid)
        FROM tables t JOIN pg_constraint k ON k.conrelid = t.oid WHERE k.contype IN ('p', 'u', 'f', 'c')
        UNION ALL
        SELECT 'index ' || pg_get_indexdef(i.indexrelid) FROM tables t JOIN pg_index i ON i.indrelid = t.oid
        UNION ALL
        SELECT 'trigger ' || pg_get_triggerdef(g.oid)
        FROM tables t JOIN pg_trigger g ON g.tgrelid = t.oid WHERE NOT g.tgisinternal
        UNION ALL
        SELECT 'partition ' || t.relname || ' ' || pg_get_expr(c.relpartbound, c.oid)
        FROM tables t JOIN pg_class c ON c.oid = t.oid AND c.relispartition
        UNION ALL
        SELECT 'function ' || p.oid::regprocedure || ' ' || md5(pg_get_functiondef(p.oid))
        FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
        """;

    public static Task<List<string>> ReadAsync(Sql sql) =>
        sql.ListAsync<string>($"SELECT line FROM ({Lines}) AS catalog ORDER BY line COLLATE \"C\"");
}
