using KhsCrm.Storage;
using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Loops;
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
    PushingDevices pushes,
    IOptions<LiveOptions> options,
    TimeProvider timeProvider,
    DatabaseOutage outage,
    ILogger<Commits> logger) : DatabaseLoop(options.Value.PollInterval, timeProvider, outage, logger)
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

        try
        {
            await NotifyAsync(devices, cancellationToken);
        }
        catch
        {
            // The next notice tells of them too; a server that was told twice looks twice.
            lock (_lock)
                _untold.UnionWith(devices);
            _wake.Call();
            throw;
        }
    }

    private async Task NotifyAsync(Guid[] devices, CancellationToken cancellationToken)
    {
        var chunks = devices.Length == 0 ? [[]] : devices.Chunk(CommitNotice.MaxDevices);
        foreach (var chunk in chunks)
        {
            // NOTIFY takes a transaction id but writes no WAL, so its commit alone would not be flushed, and a crash would give
            // the id out again. With a message in it the id is durable like that of any other write (ADR 17).
            await using var command = dataSource.CreateCommand(
                """
                SELECT set_config('synchronous_commit', 'on', true), pg_logical_emit_message(true, 'khscrm', ''), pg_notify($1, $2)
                """);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = CommitNotice.Channel });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{new CommitNotice(ServerId, chunk)}" });
            await command.ExecuteNonQueryAsync(cancellationToken);
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
