using KhsCrm.Storage.Tables;
using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>Writes what is planned in one round trip, and shows in the results how the rows stand.</summary>
internal static class BatchWriter
{
    /// <summary>Writes the waves, and after them the commands that belong to them.</summary>
    public static async Task WriteAsync(
        NpgsqlConnection connection,
        IEnumerable<(NpgsqlBatchCommand Command, EntityTable? Returned)> commands,
        BatchState state,
        CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch();
        List<EntityTable?> returned = [];
        foreach (var (command, table) in commands)
        {
            batch.BatchCommands.Add(command);
            returned.Add(table);
        }

        if (returned.Count == 0)
            return;
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        // Only statements that return rows have a result.
        foreach (var table in returned.OfType<EntityTable>())
            await TakeOverAsync(table, reader, state, cancellationToken);
        while (await reader.NextResultAsync(cancellationToken))
        {
            // To the end, where a failure of a later statement would be told.
        }
    }

    /// <summary>Shows an operation's row as it now stands, if the caller may see it.</summary>
    public static void Show(PlannedOperation planned, OperationPlanner planner, BatchState state)
    {
        if (planned.ShownRow is { } shown && state.Find(shown.Type, shown.Id) is { } row && planner.MaySee(row))
            planned.Result.Entity = row;
    }

    // The row as the database keeps it, unless a later wave deleted it.
    private static async Task TakeOverAsync(
        EntityTable table, NpgsqlDataReader reader, BatchState state, CancellationToken cancellationToken)
    {
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetGuid(0);
            if (state.Find(table.Kind.Type, id) is not null)
                state.Set(table, id, table.Read(reader));
        }

        await reader.NextResultAsync(cancellationToken);
    }
}
