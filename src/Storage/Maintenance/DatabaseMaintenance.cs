using System.Diagnostics.CodeAnalysis;
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
    // Rows a statement deletes, so that none holds its locks for long.
    private const int Portion = 5_000;

    // A tombstone is dated when its statement ran and seen when its transaction committed: a cursor taken in between,
    // and not too old yet, still needs it. So this is the longest that a transaction may take.
    private static readonly TimeSpan Margin = TimeSpan.FromDays(1);

    /// <summary>Does it all.</summary>
    /// <returns>What was done; null when another server is at it.</returns>
    public async Task<MaintenanceReport?> RunAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (!await ScalarAsync<bool>(connection, "SELECT pg_try_advisory_lock(hashtext('khscrm.retention'))", cancellationToken))
            return null;
        try
        {
            // First of all: no cursor is to be cut on a timeline that is not on record.
            await ScalarAsync<bool>(connection, "SELECT record_timeline()", cancellationToken);
            return new MaintenanceReport(
                await ScalarAsync<int>(connection, "SELECT ensure_activity_log_partitions()", cancellationToken),
                await DropActivityAsync(connection, cancellationToken),
                await PurgeTombstonesAsync(connection, cancellationToken),
                await PurgeLedgerAsync(connection, cancellationToken));
        }
        finally
        {
            await UnlockAsync(connection);
        }
    }

    private async Task UnlockAsync(NpgsqlConnection connection)
    {
        try
        {
            await ScalarAsync<bool>(
                connection, "SELECT pg_advisory_unlock(hashtext('khscrm.retention'))", CancellationToken.None);
        }
#pragma warning disable CA1031 // It would hide why the run failed, which is usually why this does.
        catch (Exception)
        {
            // The lock goes with its session: the pool keeps none that may still hold it.
            dataSource.Clear();
        }
#pragma warning restore CA1031
    }

    private async Task<int> DropActivityAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        retention.Value.ActivityLog is { } kept
            ? await ScalarAsync<int>(connection, "SELECT drop_activity_log_partitions(now() - $1)", cancellationToken, kept)
            : 0;

    private Task<long> PurgeTombstonesAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => PurgeAsync(
        connection,
        """
        DELETE FROM tombstones WHERE id IN (
            SELECT id FROM tombstones WHERE deleted_at < now() - $1 ORDER BY deleted_at, id LIMIT $2)
        """,
        deltas.Value.TombstoneRetention + Margin,
        cancellationToken);

    private async Task<long> PurgeLedgerAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        retention.Value.Ledger is { } kept
            ? await PurgeAsync(
                connection,
                """
                DELETE FROM sync_queue WHERE status = 'completed' AND id IN (
                    SELECT id FROM sync_queue
                    WHERE status = 'completed' AND created_at < now() - $1 AND processed_at < now() - $1
                    ORDER BY created_at LIMIT $2)
                """,
                kept,
                cancellationToken)
            : 0;

    private static async Task<long> PurgeAsync(
        NpgsqlConnection connection, string sql, TimeSpan age, CancellationToken cancellationToken)
    {
        await using var command = Create(connection, sql, age, Portion);
        long purged = 0;
        int portion;
        do
        {
            portion = await command.ExecuteNonQueryAsync(cancellationToken);
            purged += portion;
        }
        while (portion == Portion);
        return purged;
    }

    private static async Task<T> ScalarAsync<T>(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Create(connection, sql, values);
        // A restored database is stamped anew, a new month takes over what was written for it.
        command.CommandTimeout = 0;
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    [SuppressMessage("Security", "CA2100", Justification = "The statements above.")]
    private static NpgsqlCommand Create(NpgsqlConnection connection, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        return command;
    }
}
