using KhsCrm.Storage;
using Npgsql;

namespace KhsCrm.SyncServer.Errors;

/// <summary>
/// What calls and loops tell of a database that is away: one line when it begins, a summary a minute, one line when it is
/// over. However many fail meanwhile, the log does not grow with them.
/// </summary>
internal sealed class DatabaseOutage(
    NpgsqlDataSource common,
    [FromKeyedServices(DataSources.Warm)] NpgsqlDataSource warm,
    [FromKeyedServices(DataSources.FirstSync)] NpgsqlDataSource firstSyncs,
    TimeProvider timeProvider,
    ILogger<DatabaseOutage> logger) : BackgroundService
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SummaryInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _began = new(0, 1);
    private bool _isAway;
    private long _failures;

    /// <summary>Takes note of a failure.</summary>
    /// <param name="work">What failed, for the log.</param>
    /// <param name="exception">How.</param>
    /// <returns>False when the database is not to blame: then the caller has to log it.</returns>
    public bool Report(string work, Exception exception)
    {
        if (!DatabaseAway.IsAway(exception))
            return false;
        // A primary that was demoted keeps its connections; new ones go where the connection string finds the new primary.
        if (DatabaseAway.NeedsNewConnections(exception))
            ClearPools();
        lock (_lock)
        {
            _failures++;
            if (_isAway)
                return true;
            _isAway = true;
        }

        OutageLog.Began(logger, work, exception);
        _began.Release();
        return true;
    }

    public override void Dispose()
    {
        _began.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await _began.WaitAsync(stoppingToken);
                await WatchAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        var summary = start;
        while (true)
        {
            var failures = Volatile.Read(ref _failures);
            await Task.Delay(ProbeInterval, timeProvider, cancellationToken);
            if (await IsBackAsync(cancellationToken) && TryEnd(failures))
            {
                OutageLog.Ended(logger, timeProvider.GetElapsedTime(start), failures);
                return;
            }

            if (timeProvider.GetElapsedTime(summary) < SummaryInterval)
                continue;
            summary = timeProvider.GetTimestamp();
            OutageLog.GoesOn(logger, timeProvider.GetElapsedTime(start), Volatile.Read(ref _failures));
        }
    }

    // Over only when nothing has failed since the last look: a database that answers some and not others is not back.
    private bool TryEnd(long failures)
    {
        lock (_lock)
        {
            if (_failures != failures)
                return false;
            (_isAway, _failures) = (false, 0);
            return true;
        }
    }

    private async Task<bool> IsBackAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var command = common.CreateCommand("SHOW transaction_read_only");
            if (await command.ExecuteScalarAsync(cancellationToken) is "off")
                return true;
            ClearPools();
            return false;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private void ClearPools()
    {
        common.Clear();
        warm.Clear();
        firstSyncs.Clear();
    }
}
