using Microsoft.EntityFrameworkCore;

namespace KhsCrm.Storage.Schema;

/// <summary>Brings a database to the newest schema.</summary>
public static class SchemaMigrator
{
    /// <summary>
    /// Applies all missing migrations, and makes the coming partitions. Safe to run by several servers at once: EF Core
    /// takes a lock in the database, and who comes second finds nothing to do.
    /// </summary>
    /// <param name="connectionString">A role that may create tables; the database need not exist.</param>
    /// <param name="cancellationToken">Stops between two migrations.</param>
    public static async Task MigrateAsync(string connectionString, CancellationToken cancellationToken)
    {
        var options = new DbContextOptionsBuilder<KhsCrmDbContext>()
            .UseNpgsql(connectionString, npgsql => npgsql.CommandTimeout(3600)).Options;
        await using var context = new KhsCrmDbContext(options);
        await context.Database.MigrateAsync(cancellationToken);
        await context.Database.ExecuteSqlAsync($"SELECT ensure_activity_log_partitions()", cancellationToken);
    }
}
