using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Tables;
using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Storage.Live;

/// <summary>The SQL that reads everybody's window at once: what a snapshot does not show, whoever may see it.</summary>
internal sealed class LiveQuery(Snapshot start, int limit)
{
    /// <summary>Where the last checkpoint was: one value.</summary>
    public const string Checkpoint = "SELECT checkpoint_lsn FROM pg_control_checkpoint()";

    /// <summary>Rows of one table: <see cref="EntityTable.SelectList"/>, the id first.</summary>
    public NpgsqlBatchCommand Rows(EntityTable table)
    {
        var command = new NpgsqlBatchCommand();
        command.CommandText =
            $"SELECT {table.SelectList} FROM {table.Name} t WHERE {IsChanged(command)} LIMIT {limit}";
        return command;
    }

    /// <summary>Tombstones, ended links and ended sessions included: time, id, entity type, entity id, job, user.</summary>
    public NpgsqlBatchCommand Tombstones()
    {
        var command = new NpgsqlBatchCommand();
        command.CommandText = $"""
            SELECT t.deleted_at, t.id, t.entity_type, t.entity_id, t.job_id, t.user_id
            FROM tombstones t WHERE {IsChanged(command)} LIMIT {limit}
            """;
        return command;
    }

    /// <summary>How far the outboxes of devices have been taken: device, number.</summary>
    public static NpgsqlBatchCommand Devices(Guid[] devices) =>
        new("SELECT id, last_client_seq FROM devices WHERE id = ANY($1)")
        {
            Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = devices } },
        };

    /// <summary>
    /// Proves the window, if it holds anything: a proof takes a transaction id, and two servers that proved empty windows would
    /// set each other off for ever.
    /// </summary>
    public NpgsqlBatchCommand Proof(IEnumerable<EntityTable> tables, bool isWanted)
    {
        if (isWanted)
            return Durability.Proof.Command();
        var command = new NpgsqlBatchCommand();
        var isChanged = IsChanged(command);
        var any = string.Join(" OR ", tables.Select(table => table.Name).Prepend("tombstones")
            .Select(table => $"EXISTS (SELECT FROM {table} t WHERE {isChanged})"));
        command.CommandText = $"""
            SELECT CASE WHEN is_durable({Durability.Proof.NotedPlace}) THEN false
                WHEN {any} THEN prove_durable({Durability.Proof.NotedPlace}) ELSE false END
            """;
        return command;
    }

    private string IsChanged(NpgsqlBatchCommand command)
    {
        command.Parameters.Add(new NpgsqlParameter { Value = start.Xmax, NpgsqlDbType = NpgsqlDbType.Xid8 });
        if (start.InProgress.Length == 0)
            return "t.change_xid >= $1";
        command.Parameters.Add(
            new NpgsqlParameter { Value = start.InProgress, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Xid8 });
        return "(t.change_xid >= $1 OR t.change_xid = ANY($2))";
    }
}
