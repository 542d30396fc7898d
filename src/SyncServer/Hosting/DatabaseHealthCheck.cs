using KhsCrm.Storage;
using KhsCrm.Storage.Schema;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace KhsCrm.SyncServer.Hosting;

/// <summary>
/// Serving means that the work can be done: the database answers, takes writes, and has the schema that this server knows.
/// </summary>
internal sealed class DatabaseHealthCheck(
    NpgsqlDataSource dataSource, IDbContextFactory<KhsCrmDbContext> contexts, ILogger<DatabaseHealthCheck> logger)
    : IHealthCheck
{
    private const int Seconds = 5;
    private string? _lastReason;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        var (reason, fault) = await FindFaultAsync(cancellationToken);
        // Once: it is asked every few seconds.
        if (Interlocked.Exchange(ref _lastReason, reason) != reason && reason is not null)
            HealthLog.NotServing(logger, reason);
        return reason is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(reason, fault);
    }

    private async Task<(string? Reason, Exception? Fault)> FindFaultAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Not through EF Core, which would log each failure as an error.
            await using var command = dataSource.CreateCommand(
                """
                SELECT current_setting('transaction_read_only') = 'on', ARRAY(SELECT "MigrationId"::text FROM "__EFMigrationsHistory")
                """);
            command.CommandTimeout = Seconds;
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            if (reader.GetBoolean(0))
                return ("the database takes no writes: it is a standby, or set to read-only", null);
            await using var model = await contexts.CreateDbContextAsync(cancellationToken);
            var missing = model.Database.GetMigrations().Except(reader.GetFieldValue<string[]>(1)).FirstOrDefault();
            return missing is null ? (null, null) : (Lacks(missing), null);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return (Lacks("of the first version"), exception);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return (DatabaseAway.IsAway(exception) ? "the database does not answer" : "the database could not be asked", exception);
        }
    }

    private static string Lacks(string migration) => $"the database lacks the migration {migration}: run migrate";
}
