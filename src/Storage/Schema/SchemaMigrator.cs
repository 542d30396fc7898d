using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace KhsCrm.Storage.Schema;

/// <summary>Brings a database to the newest schema.</summary>
public static class SchemaMigrator
{
    /// <summary>
    /// Makes the database if it is missing, applies all missing migrations, and makes the coming partitions. Safe to run
    /// by several servers at once: who comes second waits, and finds nothing to do.
    /// </summary>
    /// <param name="connectionString">A role that may create tables; the database need not exist.</param>
    /// <param name="cancellationToken">Stops between two migrations.</param>
    public static async Task MigrateAsync(string connectionString, CancellationToken cancellationToken)
    {
        var options = new DbContextOptionsBuilder<KhsCrmDbContext>()
            .UseNpgsql(connectionString, npgsql => npgsql.CommandTimeout(3600)).Options;
        await using var context = new KhsCrmDbContext(options);
        await EnsureDatabaseAsync(context, cancellationToken);
        await context.Database.OpenConnectionAsync(cancellationToken);
        // EF Core's own lock is on the table of migrations, and so comes too late for the two who create that table.
        await context.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock(hashtext('khscrm.migrate'))", cancellationToken);
        try
        {
            await context.Database.MigrateAsync(cancellationToken);
            await context.Database.ExecuteSqlAsync($"SELECT ensure_activity_log_partitions()", cancellationToken);
            // A database restored from a dump is noticed here, by the role that owns the tables.
            await context.Database.ExecuteSqlAsync($"SELECT record_timeline()", cancellationToken);
        }
        finally
        {
            await context.Database.ExecuteSqlAsync(
                $"SELECT pg_advisory_unlock(hashtext('khscrm.migrate'))", CancellationToken.None);
        }
    }

    private static async Task EnsureDatabaseAsync(KhsCrmDbContext context, CancellationToken cancellationToken)
    {
        var creator = context.GetService<IRelationalDatabaseCreator>();
        if (await creator.ExistsAsync(cancellationToken))
            return;
        try
        {
            await creator.CreateAsync(cancellationToken);
        }
        catch (PostgresException error) when (
            error.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another server was faster.
        }
    }
}
