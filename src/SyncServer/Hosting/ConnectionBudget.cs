using KhsCrm.Storage;
using KhsCrm.Storage.Hosting;
using KhsCrm.Storage.Push.GroupCommit;
using Microsoft.Extensions.Options;
using Npgsql;

namespace KhsCrm.SyncServer.Hosting;

/// <summary>
/// Says at start how many connections this server may open, and warns when PostgreSQL takes fewer: then callers are refused
/// there instead of waiting here. Other servers on the database, and a pooler before it, are the operator's to count.
/// </summary>
internal sealed class ConnectionBudget(
    NpgsqlDataSource dataSource,
    IOptions<ConnectionOptions> connections,
    IOptions<GroupCommitOptions> commits,
    ILogger<ConnectionBudget> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var options = connections.Value;
        var total = options.Total(commits.Value);
        try
        {
            await using var command = dataSource.CreateCommand(
                "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int");
            var maximum = (int)(await command.ExecuteScalarAsync(cancellationToken))!;
            if (total > maximum)
                HealthLog.TooManyConnections(logger, total, maximum);
            else
                HealthLog.Connections(logger, total, options.Common, options.FirstSyncs, total - options.Common - options.FirstSyncs, maximum);
        }
        catch (Exception exception) when (DatabaseAway.IsAway(exception))
        {
            // The server starts without its database, and waits for it.
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
