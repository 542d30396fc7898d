using KhsCrm.SyncServer.Errors;

namespace KhsCrm.SyncServer.Loops;

/// <summary>
/// Work that goes on for as long as the server runs, whatever a round of it throws: the database may be away, a row may hold
/// what nobody foresaw, and a bug of ours must not end the host. Logged once, then tried again with growing pauses, and
/// logged when it is over. That the database is away one line says for all loops and calls.
/// </summary>
/// <param name="pause">Before the first retry; it doubles with each.</param>
/// <param name="timeProvider">The clock of the pauses.</param>
/// <param name="outage">Counts what fails because the database is away.</param>
/// <param name="logger">Is told when it is over.</param>
internal abstract class DatabaseLoop(TimeSpan pause, TimeProvider timeProvider, DatabaseOutage outage, ILogger logger)
    : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private Type? _failure;
    private int _failures;
    private long _since;

    /// <summary>One round of the work.</summary>
    protected abstract Task StepAsync(CancellationToken cancellationToken);

    /// <summary>A round failed, not because the database is away, and for another reason than the one before.</summary>
    protected abstract void LogFailure(Exception exception);

    /// <summary>A round failed, for whatever reason; after a pause comes the next.</summary>
    protected virtual void OnFailure()
    {
    }

    /// <summary>Says that what had failed works again. A round that ends says so by itself; one that does not end calls this.</summary>
    protected void Recovered()
    {
        if (_failure is not null)
            LoopLog.Recovered(logger, GetType().Name, timeProvider.GetElapsedTime(_since), _failures);
        (_failures, _failure) = (0, null);
    }

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await StepAsync(stoppingToken);
                Recovered();
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                // The server stops, and what a round needs may be gone before it.
            }
#pragma warning disable CA1031 // An exception that leaves this loop ends the work for good, and by default the host.
            catch (Exception exception)
            {
                Note(exception);
                await Task.Delay(Pause(), timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
#pragma warning restore CA1031
        }
    }

    private void Note(Exception exception)
    {
        if (_failures++ == 0)
            _since = timeProvider.GetTimestamp();
        OnFailure();
        if (outage.Report(GetType().Name, exception) || _failure == exception.GetType())
            return;
        _failure = exception.GetType();
        LogFailure(exception);
    }

    private TimeSpan Pause()
    {
        var longest = pause > LongestPause ? pause : LongestPause;
        var next = pause * Math.Pow(2, Math.Min(_failures - 1, 16));
        return next < longest ? next : longest;
    }
}
