using KhsCrm.Storage.Tables;
using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>Writes what is planned in one round trip, and shows in the results how the rows stand.</summary>
internal static class BatchWriter
{
    /// <summary>Writes the waves, and after them the commands that belong to them.</summary>
    /// <returns>Whether each command found the rows it must find; if not, nothing may be committed.</returns>
    public static async Task<bool> WriteAsync(
        NpgsqlConnection connection, IReadOnlyList<WriteCommand> commands, BatchState state, CancellationToken cancellationToken)
    {
        if (commands.Count == 0)
            return true;
        await using var batch = connection.CreateBatch();
        foreach (var command in commands)
            batch.BatchCommands.Add(command.Command);
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            // Only statements that return rows have a result.
            foreach (var table in commands.Select(command => command.Returned).OfType<EntityTable>())
                await TakeOverAsync(table, reader, state, cancellationToken);
            while (await reader.NextResultAsync(cancellationToken))
            {
                // To the end, where a failure of a later statement would be told.
            }
        }

        return !commands.Any(command => command.MustFind > 0 && command.Command.RecordsAffected < command.MustFind);
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
