using KhsCrm.Contracts.Rules;
using KhsCrm.Storage.Durability;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Push.Deferral;

/// <summary>The results of operations that waited once, as the ledger keeps them, with the rows as they now stand.</summary>
internal static class FinalResults
{
    public static async Task<IReadOnlyList<OperationResult>> ReadAsync(
        NpgsqlConnection connection, Actor actor, Guid[] operationIds, CancellationToken cancellationToken)
    {
        List<(OperationResult Result, Operation? Operation)> found = [];
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var ledger = new ReadBatch(connection))
        {
            ledger.Add(
                """
                SELECT q.id, coalesce(q.client_seq, 0), q.result::text, q.payload::text, q.message FROM sync_queue q
                WHERE q.id = ANY($1) AND q.user_id = $2 AND q.status IN ('completed', 'failed')
                """,
                reader => found.Add((
                    LedgerLookup.ReadResult(reader, 2, reader.GetGuid(0), reader.GetInt64(1)),
                    LedgerJson.TryRead(reader, payload: 3, message: 4))),
                ReadBatch.Ids(operationIds),
                new NpgsqlParameter<Guid> { TypedValue = actor.UserId });
            await ledger.ExecuteAsync(cancellationToken);
        }

        // One that failed for what it is by itself has no row to show.
        (OperationResult Result, Operation Operation)[] shown =
        [
            .. from one in found
               where one.Operation is { } operation && OperationRules.Check(operation).Count == 0
               select (one.Result, one.Operation!),
        ];
        var state = new BatchState();
        await using var rows = new ReadBatch(connection);
        BatchStateLoader.AddShown(rows, state, [.. shown.Select(one => one.Operation)], actor.UserId);
        // What is shown must be durable, as in a delta.
        rows.Add("SELECT prove_durable(wal_place())", static _ => { });
        await rows.ExecuteAsync(cancellationToken);
        await transaction.CommitDurablyAsync();
        var planner = new OperationPlanner(actor, actor.Role, state, new WritePlan(isLocked: true), default, mayDefer: false);
        foreach (var (result, operation) in shown)
        {
            var (type, id) = BatchStateLoader.RowOf(operation);
            if (state.Find(type, id) is { } row && planner.MaySee(row))
                result.Entity = row;
        }

        return [.. found.Select(one => one.Result)];
    }
}
