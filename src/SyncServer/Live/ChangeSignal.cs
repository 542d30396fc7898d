using Microsoft.Extensions.Options;
using Npgsql;

namespace KhsCrm.SyncServer.Live;

/// <summary>
/// Tells the streams that something was written. The server's own writes are told at once; those of others by a poll of
/// the database's snapshot, one cheap statement for all streams, and none while there is no stream.
/// </summary>
internal sealed class ChangeSignal(
    NpgsqlDataSource dataSource, IOptions<LiveOptions> options, TimeProvider timeProvider, ILogger<ChangeSignal> logger)
    : BackgroundService
{
    private readonly SemaphoreSlim _attached = new(0);
    private TaskCompletionSource _next = New();
    private int _streams;

    /// <summary>Completes at the next change. Take it before reading, await it after: nothing falls in between.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Something was written.</summary>
    public void Raise() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    /// <summary>A stream listens until it disposes of the answer.</summary>
    public IDisposable Attach()
    {
        if (Interlocked.Increment(ref _streams) == 1)
            _attached.Release();
        return new Attachment(this);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await PollAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server shuts down.
        }
    }

    private async Task PollAsync(CancellationToken stoppingToken)
    {
        var known = "";
        using var timer = new PeriodicTimer(options.Value.PollInterval, timeProvider);
        while (!stoppingToken.IsCancellationRequested)
        {
            if (Volatile.Read(ref _streams) == 0)
                await _attached.WaitAsync(stoppingToken);
            try
            {
                var now = await ReadSnapshotAsync(stoppingToken);
                if (now != known)
                    Raise();
                known = now;
            }
            catch (NpgsqlException exception)
            {
                LiveLog.PollFailed(logger, exception);
            }

            await timer.WaitForNextTickAsync(stoppingToken);
        }
    }

    private async Task<string> ReadSnapshotAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT pg_current_snapshot()::text");
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Attachment(ChangeSignal signal) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref signal._streams);
    }
}
