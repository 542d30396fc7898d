using KhsCrm.Storage.Maintenance;
using Microsoft.Extensions.Options;
using Npgsql;

namespace KhsCrm.SyncServer.Maintenance;

/// <summary>Maintains the database when the server starts and from then on, one server at a time.</summary>
internal sealed class MaintenanceJob(
    DatabaseMaintenance maintenance,
    IOptions<RetentionOptions> options,
    TimeProvider timeProvider,
    ILogger<MaintenanceJob> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await RunAsync(stoppingToken);
                await Task.Delay(options.Value.Interval, timeProvider, stoppingToken);
            }
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops, and the database may be gone before it.
        }
    }

    private async Task RunAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (await maintenance.RunAsync(stoppingToken) is { } report)
            {
                MaintenanceLog.Done(
                    logger, report.PartitionsMade, report.PartitionsDropped, report.TombstonesPurged, report.OperationsPurged);
            }
        }
        catch (NpgsqlException exception) when (!stoppingToken.IsCancellationRequested)
        {
            MaintenanceLog.Failed(logger, exception);
        }
    }
}
