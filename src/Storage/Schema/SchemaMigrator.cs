using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace KhsCrm.Storage.Schema;

/// <summary>Brings a database to the newest schema.</summary>
public static class SchemaMigrator
{
    /// <summary>
    /// Makes the database if it is missing, applies all missing migrations, and makes the coming partitions. Safe to run by several
    /// servers at once, behind a pooler too: who comes second waits, and finds nothing to do. Each migration is one transaction.
    /// </summary>
    /// <param name="connectionString">A role that may create tables; the database need not exist.</param>
    /// <param name="cancellationToken">Stops; the migration that runs is undone.</param>
    public static Task MigrateAsync(string connectionString, CancellationToken cancellationToken) =>
        MigrateAsync(connectionString, new MigrationSettings(), cancellationToken);

    /// <inheritdoc cref="MigrateAsync(string, CancellationToken)"/>
    /// <param name="connectionString">A role that may create tables; the database need not exist.</param>
    /// <param name="settings">How it behaves beside a service that runs.</param>
    /// <param name="cancellationToken">Stops; the migration that runs is undone.</param>
    /// <exception cref="SchemaMismatchException">A newer version migrated the database, and this one does not fit; or a column was dropped by hand.</exception>
    public static async Task MigrateAsync(string connectionString, MigrationSettings settings, CancellationToken cancellationToken)
    {
        await using var context = Context(connectionString);
        await EnsureDatabaseAsync(context, cancellationToken);
        await using var database = new MigrationConnection(connectionString);
        var scripts = new MigrationScripts(context);
        foreach (var id in scripts.Ids)
            await ApplyAsync(database, id, scripts.Of(id), settings, cancellationToken);
        var fault = SchemaFit.FindFault(scripts.Ids, await database.ReadAsync(cancellationToken))
            ?? await database.FindFaultAsync(new SchemaColumns(context.Model), cancellationToken);
        if (fault is not null)
            throw new SchemaMismatchException(fault);
        await RetryAsync(
            () => database.RunAsync(settings.LockTimeout, "SELECT ensure_activity_log_partitions()", cancellationToken),
            "the partitions of activity_logs", settings, cancellationToken);
        // A database restored from a dump is noticed here, by the role that owns the tables, and stamped anew row by row.
        await database.RunAsync(TimeSpan.Zero, "SELECT record_timeline()", cancellationToken);
    }

    /// <summary>The SQL of the migrations that a database lacks, in order; nothing is changed.</summary>
    /// <param name="connectionString">The database; it need not exist.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<IReadOnlyList<(string Migration, string Sql)>> PlanAsync(
        string connectionString, CancellationToken cancellationToken)
    {
        await using var context = Context(connectionString);
        var scripts = new MigrationScripts(context);
        IEnumerable<string> applied = [];
        if (await context.GetService<IRelationalDatabaseCreator>().ExistsAsync(cancellationToken))
        {
            await using var database = new MigrationConnection(connectionString);
            applied = (await database.ReadAsync(cancellationToken)).Applied;
        }

        return [.. scripts.Ids.Except(applied).Select(id => (id, scripts.Of(id)))];
    }

    private static async Task ApplyAsync(
        MigrationConnection database, string id, string script, MigrationSettings settings, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var isApplied = await RetryAsync(
            () => database.ApplyAsync(id, script, settings.LockTimeout, cancellationToken), id, settings, cancellationToken);
        if (isApplied)
            settings.Tell(string.Create(CultureInfo.InvariantCulture, $"{id} applied in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s."));
    }

    private static async Task<T> RetryAsync<T>(
        Func<Task<T>> run, string what, MigrationSettings settings, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await run();
            }
            catch (PostgresException exception) when (
                attempt < settings.Attempts
                && exception.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
            {
                settings.Tell($"{what} waits: a table is in use. Attempt {attempt} of {settings.Attempts} is undone.");
                await Task.Delay(settings.Pause, cancellationToken);
            }
        }
    }

    private static KhsCrmDbContext Context(string connectionString) =>
        new(new DbContextOptionsBuilder<KhsCrmDbContext>().UseNpgsql(connectionString).Options);

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
