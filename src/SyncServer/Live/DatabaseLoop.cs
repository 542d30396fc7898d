using Npgsql;

namespace KhsCrm.SyncServer.Live;

/// <summary>Work that goes on for as long as the server runs, though the database goes and comes.</summary>
internal abstract class DatabaseLoop(TimeSpan pause, TimeProvider timeProvider) : BackgroundService
{
    /// <summary>One round of the work.</summary>
    protected abstract Task StepAsync(CancellationToken cancellationToken);

    /// <summary>A round failed for want of the database; after a pause comes the next.</summary>
    protected abstract void LogFailure(Exception exception);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await StepAsync(stoppingToken);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                // The server stops, and what a round needs may be gone before it.
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException)
            {
                LogFailure(exception);
                await Task.Delay(pause, timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
