using Npgsql;

namespace KhsCrm.Storage.Durability;

/// <summary>
/// Statements by which a reading transaction proves that what it read is durable (DESIGN §4). The first statement of the
/// transaction notes a place in the WAL behind its snapshot; the last one before COMMIT makes the commit flush up to there.
/// </summary>
internal static class Proof
{
    /// <summary>An expression of the first statement: notes the place and returns it.</summary>
    public const string Place = """
        set_config('khscrm.place', (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE wal_place() END)::text, true)::pg_lsn
        """;

    /// <summary>The place that the transaction noted.</summary>
    public const string NotedPlace = "current_setting('khscrm.place')::pg_lsn";

    /// <summary>The statement before COMMIT.</summary>
    public static NpgsqlBatchCommand Command() => new($"SELECT prove_durable({NotedPlace})");

    /// <summary>
    /// Reads the remaining results. Errors of the last statements, COMMIT included, are thrown here; disposing of the reader
    /// would swallow some of them.
    /// </summary>
    public static async Task ReadToEndAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        while (await reader.NextResultAsync(cancellationToken))
        {
        }
    }
}
