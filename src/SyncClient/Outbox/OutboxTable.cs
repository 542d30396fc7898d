using Google.Protobuf;
using Google.Rpc;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Outbox;

/// <summary>The SQL of the outbox.</summary>
internal static class OutboxTable
{
    private const string Columns =
        "position, client_seq, state, operation, user_id, queued_at, status, server_row, conflicting_fields";

    /// <summary>Adds an operation at the end.</summary>
    public static void Append(StoreConnection connection, Operation operation, string userId, DateTimeOffset queuedAt)
    {
        var entry = new QueuedOperation(0, null, OutboxState.Queued, operation, userId, queuedAt);
        connection.Prepare("""
            INSERT INTO outbox (operation_id, state, entity_type, entity_id, operation, user_id, queued_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
            .Bind(1, RowId.Parse(operation.Id)).Bind(2, (long)OutboxState.Queued)
            .Bind(3, (long)entry.Table.Type).Bind(4, entry.RowId)
            .Bind(5, operation.ToByteArray()).Bind(6, userId).Bind(7, queuedAt.ToUnixTimeMilliseconds())
            .Execute();
    }

    /// <summary>Replaces what an operation does. Only before it has a number.</summary>
    public static void Rewrite(StoreConnection connection, long position, Operation operation, DateTimeOffset queuedAt) =>
        connection.Prepare(
            "UPDATE outbox SET operation = ?2, queued_at = ?3 WHERE position = ?1 AND client_seq IS NULL")
            .Bind(1, position).Bind(2, operation.ToByteArray()).Bind(3, queuedAt.ToUnixTimeMilliseconds())
            .Execute();

    public static void Remove(StoreConnection connection, long position) =>
        connection.Prepare("DELETE FROM outbox WHERE position = ?1").Bind(1, position).Execute();

    /// <summary>Moves an operation to another state, with the reason.</summary>
    public static void SetState(
        StoreConnection connection, long position, OutboxState state, Status? status = null, Entity? serverRow = null,
        IEnumerable<string>? conflictingFields = null, long? settledVersion = null) =>
        connection.Prepare("""
            UPDATE outbox
            SET state = ?2, status = ?3, server_row = ?4, conflicting_fields = ?5, settled_version = ?6
            WHERE position = ?1
            """)
            .Bind(1, position).Bind(2, (long)state)
            .Bind(3, status?.ToByteArray()).Bind(4, serverRow?.ToByteArray())
            .Bind(5, conflictingFields is null ? null : string.Join(',', conflictingFields))
            .Bind(6, settledVersion)
            .Execute();

    /// <summary>Sets whether a row shows an operation.</summary>
    public static void Show(StoreConnection connection, long position, bool isShown) =>
        connection.Prepare("UPDATE outbox SET is_shown = ?2 WHERE position = ?1").Bind(1, position).Bind(2, isShown).Execute();

    /// <summary>Marks an operation that waits on the server as given up: the server is told when there is a network.</summary>
    public static void GiveUp(StoreConnection connection, long position) =>
        connection.Prepare("UPDATE outbox SET is_given_up = 1, is_shown = 0 WHERE position = ?1").Bind(1, position).Execute();

    public static bool IsGivenUp(StoreConnection connection, long position) =>
        connection.Prepare("SELECT 1 FROM outbox WHERE position = ?1 AND is_given_up = 1").Bind(1, position).ExecuteScalar() is not null;

    /// <summary>The operations that wait on the server and were given up here.</summary>
    public static List<QueuedOperation> GivenUp(StoreConnection connection) =>
        Read(connection.Prepare($"SELECT {Columns} FROM outbox WHERE is_given_up = 1 AND state = {(int)OutboxState.Deferred}"));

    public static QueuedOperation? Find(StoreConnection connection, RowId operationId) =>
        Read(connection.Prepare($"SELECT {Columns} FROM outbox WHERE operation_id = ?1").Bind(1, operationId))
            .FirstOrDefault();

    /// <summary>
    /// The operations that change how a row looks here, in order: all but what was rejected or given up. A rejected creation
    /// stays, so that a person can correct it.
    /// </summary>
    public static List<QueuedOperation> Pending(StoreConnection connection, RowTable table, RowId id) =>
        Read(connection.Prepare($"""
            SELECT {Columns} FROM outbox
            WHERE entity_type = ?1 AND entity_id = ?2 AND is_shown = 1 ORDER BY position
            """).Bind(1, (long)table.Type).Bind(2, id));

    public static bool HasPending(StoreConnection connection, RowTable table, RowId id) =>
        connection.Prepare($"""
            SELECT 1 FROM outbox
            WHERE entity_type = ?1 AND entity_id = ?2 AND is_shown = 1 LIMIT 1
            """).Bind(1, (long)table.Type).Bind(2, id).ExecuteScalar() is not null;

    public static bool IsEmpty(StoreConnection connection) =>
        connection.Prepare("SELECT 1 FROM outbox LIMIT 1").ExecuteScalar() is null;

    /// <summary>Whether nothing was queued after this operation.</summary>
    public static bool IsNewest(StoreConnection connection, long position) =>
        connection.Prepare("SELECT max(position) FROM outbox").ExecuteScalar() == position;

    public static long Count(StoreConnection connection, OutboxState state) =>
        connection.Prepare("SELECT count(*) FROM outbox WHERE state = ?1").Bind(1, (long)state).ExecuteScalar() ?? 0;

    /// <summary>The operations after a position, in order.</summary>
    /// <param name="connection">The connection to read with.</param>
    /// <param name="state">Only those in this state; null for all.</param>
    /// <param name="after">The position to begin after; 0 for the first.</param>
    /// <param name="limit">At most so many.</param>
    public static List<QueuedOperation> List(StoreConnection connection, OutboxState? state, long after, int limit) =>
        state is null
            ? Read(connection.Prepare($"SELECT {Columns} FROM outbox WHERE position > ?1 ORDER BY position LIMIT ?2")
                .Bind(1, after).Bind(2, limit))
            : Read(connection.Prepare(
                $"SELECT {Columns} FROM outbox WHERE state = ?3 AND position > ?1 ORDER BY position LIMIT ?2")
                .Bind(1, after).Bind(2, limit).Bind(3, (long)state.Value));

    /// <summary>The operations that are on the wire without a result, in order of their numbers.</summary>
    public static List<QueuedOperation> WithoutResult(StoreConnection connection, long afterClientSeq, int limit) =>
        Read(connection.Prepare($"""
            SELECT {Columns} FROM outbox
            WHERE state = {(int)OutboxState.Sent} AND client_seq > ?1 ORDER BY client_seq LIMIT ?2
            """).Bind(1, afterClientSeq).Bind(2, limit));

    /// <summary>Counts what is on the wire without a result, with numbers after the given one.</summary>
    public static long CountWithoutResult(StoreConnection connection, long afterClientSeq) =>
        connection.Prepare($"SELECT count(*) FROM outbox WHERE state = {(int)OutboxState.Sent} AND client_seq > ?1")
            .Bind(1, afterClientSeq).ExecuteScalar() ?? 0;

    /// <summary>Whether the server has answered for everything, and what is in effect there is here too.</summary>
    public static bool IsSettled(StoreConnection connection) =>
        connection.Prepare($"""
            SELECT 1 FROM outbox
            WHERE state IN ({(int)OutboxState.Queued}, {(int)OutboxState.Sent})
              OR (state = {(int)OutboxState.Acknowledged} AND settled_version IS NULL)
            LIMIT 1
            """).ExecuteScalar() is null;

    /// <summary>The operations that are in effect on the server and wait for the checkpoint that says so.</summary>
    public static List<QueuedOperation> Acknowledged(StoreConnection connection, long upToClientSeq) =>
        Read(connection.Prepare($"""
            SELECT {Columns} FROM outbox
            WHERE state = {(int)OutboxState.Acknowledged} AND settled_version IS NULL AND client_seq <= ?1
            """).Bind(1, upToClientSeq));

    /// <summary>
    /// The operations that the server deferred and then applied, with the version of the row that includes them: their
    /// numbers were passed long ago, so a checkpoint's number says nothing about them.
    /// </summary>
    public static List<(QueuedOperation Entry, long Version)> Late(StoreConnection connection)
    {
        var entries = Read(connection.Prepare(
            $"SELECT {Columns} FROM outbox WHERE state = {(int)OutboxState.Acknowledged} AND settled_version IS NOT NULL"));
        var version = connection.Prepare("SELECT settled_version FROM outbox WHERE position = ?1");
        return [.. entries.Select(entry => (entry, version.Bind(1, entry.Position).ExecuteScalar() ?? 0))];
    }

    /// <summary>Puts back on the wire what the server no longer has a result for.</summary>
    public static void ForgetResultsAfter(StoreConnection connection, long lastClientSeq) =>
        connection.Prepare($"""
            UPDATE outbox SET state = {(int)OutboxState.Sent}, status = NULL, settled_version = NULL, is_given_up = 0, is_shown = 1
            WHERE client_seq > ?1 AND state IN ({(int)OutboxState.Deferred}, {(int)OutboxState.Acknowledged})
            """).Bind(1, lastClientSeq).Execute();

    /// <summary>Numbers what is on the wire without a result anew, from the number after the given one.</summary>
    /// <returns>The next number to give.</returns>
    public static long Renumber(StoreConnection connection, long lastClientSeq)
    {
        connection.Prepare("UPDATE outbox SET client_seq = NULL WHERE client_seq > ?1 AND state = ?2")
            .Bind(1, lastClientSeq).Bind(2, (long)OutboxState.Rejected).Execute();
        var next = lastClientSeq + 1;
        var set = connection.Prepare("UPDATE outbox SET client_seq = ?2 WHERE position = ?1");
        // Upwards, and each to a number that is not above its own: a number is free before it is given again.
        foreach (var entry in WithoutResult(connection, lastClientSeq, int.MaxValue))
            set.Bind(1, entry.Position).Bind(2, next++).Execute();
        return next;
    }

    /// <summary>
    /// Numbers what was ever put on the wire anew, from 1, to be sent again: all but what was rejected. It stays as it
    /// was sent, because the server may have it.
    /// </summary>
    /// <returns>The next number to give.</returns>
    public static long NumberFromOne(StoreConnection connection)
    {
        connection.Prepare("UPDATE outbox SET client_seq = NULL, settled_version = NULL").Execute();
        connection.Prepare(
            $"UPDATE outbox SET state = {(int)OutboxState.Sent}, status = NULL WHERE state NOT IN (?1, ?2)")
            .Bind(1, (long)OutboxState.Queued).Bind(2, (long)OutboxState.Rejected).Execute();
        long next = 1;
        var set = connection.Prepare("UPDATE outbox SET client_seq = ?2 WHERE position = ?1");
        foreach (var entry in List(connection, OutboxState.Sent, 0, int.MaxValue))
            set.Bind(1, entry.Position).Bind(2, next++).Execute();
        return next;
    }

    private static List<QueuedOperation> Read(Statement row)
    {
        List<QueuedOperation> entries = [];
        while (row.Step())
        {
            entries.Add(new QueuedOperation(
                row.Int64(0),
                row.IsNull(1) ? null : row.Int64(1),
                (OutboxState)row.Int64(2),
                Operation.Parser.ParseFrom(row.Blob(3)),
                row.Text(4)!,
                DateTimeOffset.FromUnixTimeMilliseconds(row.Int64(5)),
                row.IsNull(6) ? null : Status.Parser.ParseFrom(row.Blob(6)),
                row.IsNull(7) ? null : Entity.Parser.ParseFrom(row.Blob(7)),
                row.Text(8)?.Split(',', StringSplitOptions.RemoveEmptyEntries)));
        }

        return entries;
    }
}
