using KhsCrm.Storage;
using KhsCrm.Storage.Schema;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace KhsCrm.SyncServer.Hosting;

/// <summary>
/// Serving means that the work can be done: the database answers, takes writes, and has the schema that this server knows.
/// </summary>
internal sealed class DatabaseHealthCheck(SchemaFit schema, SchemaGate gate, ILogger<DatabaseHealthCheck> logger) : IHealthCheck
{
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
            var (isReadOnly, mismatch) = await schema.CheckAsync(cancellationToken);
            gate.Set(mismatch);
            return (isReadOnly ? "the database takes no writes: it is a standby, or set to read-only" : mismatch, null);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return (DatabaseAway.IsAway(exception) ? "the database does not answer" : "the database could not be asked", exception);
        }
    }
}
