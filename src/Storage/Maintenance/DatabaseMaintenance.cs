using KhsCrm.Storage.Deltas;
using Microsoft.Extensions.Options;
using Npgsql;

namespace KhsCrm.Storage.Maintenance;

/// <summary>
/// What has to be done to the database from time to time: notes its timeline, makes the coming partitions of the audit
/// trail, and forgets what is past its retention.
/// </summary>
public sealed class DatabaseMaintenance(
    NpgsqlDataSource dataSource, IOptions<RetentionOptions> retention, IOptions<DeltaOptions> deltas)
{
    // The clock may step back, and a cursor's time is taken a moment after its snapshot.
    private static readonly TimeSpan Margin = TimeSpan.FromDays(1);

    // A token whose answer was lost may be presented again, at most so long after it was superseded.
    private static readonly TimeSpan ExpiredTokens = TimeSpan.FromDays(1);

    /// <summary>Does it all.</summary>
    /// <returns>What was done; null when another server is at it.</returns>
    public async Task<MaintenanceReport?> RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var steps = new MaintenanceSteps(connection, cancellationToken);
        // First of all: no cursor is to be cut on a timeline that is not on record.
        if (await steps.TryAsync<bool>("SELECT record_timeline()") is null)
            return null;
        var made = await steps.TryAsync<int>("SELECT ensure_activity_log_partitions()") ?? 0;
        var dropped = retention.Value.ActivityLog is { } trail
            ? await steps.TryAsync<int>("SELECT drop_activity_log_partitions(now() - $1)", trail) ?? 0
            : 0;
        var buried = deltas.Value.TombstoneRetention + Margin;
        await steps.TryAsync<bool>("SELECT mark_tombstones($1)", buried);
        // Ended sessions leave tombstones, which wait for their own time.
        var tokens = await steps.PurgeAsync(Forgotten.Tokens, ExpiredTokens);
        return new MaintenanceReport(
            made,
            dropped,
            await steps.PurgeAsync(Forgotten.Tombstones, buried),
            await steps.PurgeAsync(Forgotten.Completed, retention.Value.Ledger))
        {
            TokensPurged = tokens,
            // Before the failures that such a device never heard of.
            DevicesPurged = await steps.PurgeAsync(Forgotten.Devices, retention.Value.Devices),
            FailuresPurged = await steps.PurgeAsync(Forgotten.Failed, retention.Value.FailedLedger),
        };
    }
}
