using KhsCrm.Storage;
using Microsoft.Extensions.Options;
using Npgsql;

namespace KhsCrm.SyncServer.Live;

/// <summary>
/// What this server commits: its own pump is told at once, the other servers' by a NOTIFY outside the writing transaction,
/// one for all commits since the last.
/// </summary>
internal sealed class Commits(
    [FromKeyedServices(DataSources.Warm)] NpgsqlDataSource dataSource,
    ChangePump pump,
    PushLog pushes,
    IOptions<LiveOptions> options,
    TimeProvider timeProvider,
    ILogger<Commits> logger) : DatabaseLoop(options.Value.PollInterval, timeProvider)
{
    private readonly Lock _lock = new();
    private readonly HashSet<Guid> _untold = [];
    private readonly Wake _wake = new();

    /// <summary>This server, among those on the database.</summary>
    public Guid ServerId { get; } = Guid.NewGuid();

    /// <summary>A write begins; dispose of the answer when it is over.</summary>
    /// <param name="deviceId">The device that pushes; null for a caller that is none.</param>
    public Write Begin(Guid? deviceId)
    {
        if (deviceId is { } device)
            pushes.Begin(device);
        return new Write(this, deviceId);
    }

    protected override async Task StepAsync(CancellationToken cancellationToken)
    {
        await _wake.WaitAsync().AsTask().WaitAsync(cancellationToken);
        await NotifyAsync(cancellationToken);
    }

    protected override void LogFailure(Exception exception) => LiveLog.NotifyFailed(logger, exception);

    private async Task NotifyAsync(CancellationToken cancellationToken)
    {
        Guid[] devices;
        lock (_lock)
        {
            devices = [.. _untold];
            _untold.Clear();
        }

        var told = 0;
        try
        {
            var chunks = devices.Length == 0 ? [[]] : devices.Chunk(CommitNotice.MaxDevices);
            foreach (var chunk in chunks)
            {
                // Nothing is lost with a notice that a crash of PostgreSQL takes along: it need not wait for the disk.
                await using var command = dataSource.CreateCommand("SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)");
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = CommitNotice.Channel });
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{new CommitNotice(ServerId, chunk)}" });
                await command.ExecuteNonQueryAsync(cancellationToken);
                told += chunk.Length;
            }
        }
        catch
        {
            // The next round tells the others.
            lock (_lock)
                _untold.UnionWith(devices.AsSpan(told).ToArray());
            _wake.Call();
            throw;
        }
    }

    private void End(Guid? deviceId)
    {
        if (deviceId is { } device)
        {
            pushes.End(device);
            lock (_lock)
                _untold.Add(device);
        }

        pump.Tell();
        _wake.Call();
    }

    /// <summary>A write that goes on.</summary>
    internal readonly struct Write(Commits commits, Guid? deviceId) : IDisposable
    {
        public void Dispose() => commits.End(deviceId);
    }
}
