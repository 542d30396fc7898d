using KhsCrm.SyncServer.Errors;
using KhsCrm.SyncServer.Loops;
using Microsoft.Extensions.Options;
using Npgsql;

namespace KhsCrm.SyncServer.Live;

/// <summary>Hears other servers' commits over one connection that it keeps; without it the poll finds them.</summary>
internal sealed class CommitListener(
    NpgsqlDataSource dataSource,
    ChangePump pump,
    PushingDevices pushes,
    Commits commits,
    IOptions<LiveOptions> options,
    TimeProvider timeProvider,
    DatabaseOutage outage,
    ILogger<CommitListener> logger) : DatabaseLoop(options.Value.PollInterval, timeProvider, outage, logger)
{
    // A connection whose other end is gone says nothing: it is asked now and then.
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMinutes(1);

    protected override void LogFailure(Exception exception) => LiveLog.ListenFailed(logger, exception);

    protected override async Task StepAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, notification) => Hear(notification.Payload);
        await using (var listen = new NpgsqlCommand($"LISTEN {CommitNotice.Channel}", connection))
            await listen.ExecuteNonQueryAsync(cancellationToken);
        // What was told while nobody listened is lost.
        pump.TellAll();
        Recovered();
        while (true)
        {
            if (await connection.WaitAsync(ProbeInterval, cancellationToken))
                continue;
            await using var probe = new NpgsqlCommand("SELECT 1", connection);
            await probe.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private void Hear(string payload)
    {
        if (CommitNotice.Parse(payload) is not { } notice || notice.ServerId == commits.ServerId)
            return;
        pushes.Add(notice.Devices);
        pump.Tell();
    }
}
