using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Storage.Deltas;

/// <summary>
/// A standby that takes over the bulk of catching up: the pages inside of a large window. Windows begin and end on the
/// primary, so every snapshot, checkpoint and right is the primary's, and a cursor never moves back. What the standby has
/// not replayed up to the window's own place, the primary reads.
/// </summary>
public sealed class ReadReplica(NpgsqlDataSource dataSource, TimeProvider timeProvider, ILogger<ReadReplica> logger)
    : IAsyncDisposable
{
    // A standby that is down would cost each page the time of an attempt to connect.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private long _pausedUntil = long.MinValue;
    private long _pages;

    /// <summary>How many pages it has given.</summary>
    public long Pages => Interlocked.Read(ref _pages);

    /// <inheritdoc />
    public ValueTask DisposeAsync() => dataSource.DisposeAsync();

    /// <summary>Reads a page; null when the primary has to.</summary>
    internal async Task<WindowRead?> TryReadAsync(Window window, CancellationToken cancellationToken)
    {
        if (window.Position is not { IsInsideWindow: true } position
            || timeProvider.GetUtcNow().UtcTicks < Interlocked.Read(ref _pausedUntil))
        {
            return null;
        }

        try
        {
            await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
            // Before the page's snapshot: what had been replayed by now, that snapshot shows.
            if (!await HasReplayedAsync(connection, position, cancellationToken))
                return null;
            var read = await window.ReadAsync(connection, cancellationToken);
            // A session may be younger than what has been replayed. Whether it has a right is for the primary to say.
            if (read.Header.Role != window.Scope.Role)
                return null;
            Interlocked.Increment(ref _pages);
            return read;
        }
        catch (PostgresException exception)
        {
            // Replay may cancel a query that is in its way.
            ReplicaLog.Refused(logger, exception);
            return null;
        }
        catch (NpgsqlException exception)
        {
            Interlocked.Exchange(ref _pausedUntil, (timeProvider.GetUtcNow() + Pause).UtcTicks);
            ReplicaLog.Unreachable(logger, Pause, exception);
            return null;
        }
    }

    private static async Task<bool> HasReplayedAsync(
        NpgsqlConnection connection, Cursor position, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT pg_is_in_recovery() AND database_identity() = $1 AND current_timeline() = $2
                AND pg_last_wal_replay_lsn() >= $3
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = position.Database.System });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = position.Database.TimelineId });
        command.Parameters.Add(new NpgsqlParameter<NpgsqlLogSequenceNumber> { NpgsqlDbType = NpgsqlDbType.PgLsn, TypedValue = position.Position });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
