using KhsCrm.Storage.Tables;
using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>Writes a planned batch in one round trip: the waves, the ledger, the device's sequence.</summary>
internal static class BatchWriter
{
    public static async Task WriteAsync(
        NpgsqlConnection connection,
        Actor actor,
        OperationPlanner planner,
        BatchState state,
        RecordedOperations recorded,
        IReadOnlyList<PlannedOperation> fresh,
        long lastClientSeq,
        CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        // Deletes have no row left to name the actor by.
        batch.BatchCommands.Add(new("SELECT set_config('khscrm.actor_id', $1, true)")
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = actor.UserId.ToString() } },
        });
        List<EntityTable> returned = [];
        foreach (var (command, table) in planner.Plan.ToCommands())
        {
            batch.BatchCommands.Add(command);
            if (table is not null)
                returned.Add(table);
        }

        foreach (var command in UserSecrets.SetPasswords(actor, fresh))
        {
            batch.BatchCommands.Add(command);
            returned.Add(EntityTables.Users);
        }

        if (UserSecrets.EndSessions(fresh) is { } endSessions)
            batch.BatchCommands.Add(endSessions);
        if (fresh.Count > 0)
            batch.BatchCommands.Add(Ledger.Record(actor, recorded, fresh));
        if (actor.DeviceId is { } device)
            batch.BatchCommands.Add(MoveSequence(device, lastClientSeq));

        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            foreach (var table in returned)
            {
                await reader.NextResultAsync(cancellationToken);
                while (await reader.ReadAsync(cancellationToken))
                    TakeOver(table, reader, state);
            }

            while (await reader.NextResultAsync(cancellationToken))
            {
                // To the end, where a failure of a later statement would be told.
            }
        }

        foreach (var planned in fresh)
            Show(planned, planner, state);
    }

    private static NpgsqlBatchCommand MoveSequence(Guid device, long lastClientSeq) =>
        new("UPDATE devices SET last_client_seq = $2, last_seen_at = clock_timestamp() WHERE id = $1")
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = device },
                new NpgsqlParameter<long> { TypedValue = lastClientSeq },
            },
        };

    // The row as the database keeps it, unless a later wave deleted it.
    private static void TakeOver(EntityTable table, NpgsqlDataReader reader, BatchState state)
    {
        var id = reader.GetGuid(0);
        if (state.Find(table.Kind.Type, id) is not null)
            state.Set(table, id, table.Read(reader));
    }

    private static void Show(PlannedOperation planned, OperationPlanner planner, BatchState state)
    {
        if (planned.ShownRow is { } shown && state.Find(shown.Type, shown.Id) is { } row && planner.MaySee(row))
            planned.Result.Entity = row;
    }
}
