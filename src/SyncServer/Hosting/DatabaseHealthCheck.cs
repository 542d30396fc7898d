using KhsCrm.Storage;
using KhsCrm.Storage.Schema;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KhsCrm.SyncServer.Hosting;

/// <summary>
/// Serving means that the work can be done: the database answers, takes writes, and has the schema that this server knows.
/// </summary>
internal sealed class DatabaseHealthCheck(IDbContextFactory<KhsCrmDbContext> contexts, ILogger<DatabaseHealthCheck> logger)
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
            await using var database = await contexts.CreateDbContextAsync(cancellationToken);
            database.Database.SetCommandTimeout(Seconds);
            var isReadOnly = await database.Database
                .SqlQuery<string>($"SELECT current_setting('transaction_read_only') AS \"Value\"").SingleAsync(cancellationToken);
            if (isReadOnly != "off")
                return ("the database takes no writes: it is a standby, or set to read-only", null);
            var missing = (await database.Database.GetPendingMigrationsAsync(cancellationToken)).FirstOrDefault();
            return missing is null ? (null, null) : ($"the database lacks the migration {missing}: run migrate", null);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return (DatabaseAway.IsAway(exception) ? "the database does not answer" : "the database could not be asked", exception);
        }
    }
}
