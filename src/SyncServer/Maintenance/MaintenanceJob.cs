using KhsCrm.Storage.Maintenance;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Loops;
using Microsoft.Extensions.Options;

namespace KhsCrm.SyncServer.Maintenance;

/// <summary>Maintains the database when the server starts and from then on, one server at a time.</summary>
internal sealed class MaintenanceJob(
    DatabaseMaintenance maintenance,
    IOptions<RetentionOptions> options,
    TimeProvider timeProvider,
    DatabaseOutage outage,
    ILogger<MaintenanceJob> logger) : DatabaseLoop(RetryPause, timeProvider, outage, logger)
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time = timeProvider;

    protected override async Task StepAsync(CancellationToken cancellationToken)
    {
        if (await maintenance.RunAsync(cancellationToken) is { } report)
        {
            MaintenanceLog.Done(
                logger, report.PartitionsMade, report.PartitionsDropped, report.TombstonesPurged, report.OperationsPurged);
        }

        Recovered();
        await Task.Delay(options.Value.Interval, _time, cancellationToken);
    }

    protected override void LogFailure(Exception exception) => MaintenanceLog.Failed(logger, exception);
}
