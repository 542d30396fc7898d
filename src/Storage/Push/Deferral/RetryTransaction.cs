using KhsCrm.Contracts.Rules;
using KhsCrm.Contracts.Values;
using KhsCrm.Storage.Durability;
using KhsCrm.V1;
using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Storage.Push.Deferral;

/// <summary>One transaction that tries operations of the ledger again, on the same path as a push.</summary>
internal static class RetryTransaction
{
    /// <summary>Tries operations again.</summary>
    /// <param name="connection">Open, and without a transaction.</param>
    /// <param name="retries">Which.</param>
    /// <param name="request">How.</param>
    /// <param name="faults">Says what an operation that cannot be read is told.</param>
    /// <param name="now">What the rows that are written say of the time.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    /// <returns>The operations and what became of them; deferred again, in effect, or failed.</returns>
    public static async Task<IReadOnlyList<WaitingOperation>> RunAsync(
        NpgsqlConnection connection,
        IReadOnlyList<Retry> retries,
        RetryRequest request,
        OperationFaults faults,
        DateTime now,
        CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var waiting = await WaitingOperation.LockAsync(connection, [.. retries.Select(retry => retry.Id)], request, cancellationToken);
        if (waiting.Count == 0)
            return waiting;
        // Only what is tried alone has met one.
        var fault = retries.Count == 1 ? retries[0].Fault : null;
        foreach (var one in waiting)
            Screen(one, fault, faults);
        WaitingOperation[] open = [.. waiting.Where(one => !one.Planned.IsRejected)];

        var state = new BatchState();
        await using (var reads = new ReadBatch(connection))
        {
            reads.Add(DurableTransaction.Raise, static _ => { });
            BatchStateLoader.AddTo(
                reads,
                state,
                [.. open.Select(one => one.Planned.Operation)],
                open.Select(one => one.Actor),
                waiting.Select(one => one.Id),
                locksAlways: true);
            await reads.ExecuteAsync(cancellationToken);
        }

        var writes = new WritePlan(isLocked: true);
        var planners = open.Select(one => one.Actor).Distinct().ToDictionary(
            actor => actor, actor => new OperationPlanner(actor, actor.Role, state, writes, now, mayDefer: true));
        foreach (var one in open)
            planners[one.Actor].Decide(one.Planned);

        await BatchWriter.WriteAsync(
            connection, [.. writes.ToCommands(), new(Update(waiting, request.IsCounted))], state, cancellationToken);
        await transaction.CommitDurablyAsync();
        foreach (var one in open)
            BatchWriter.Show(one.Planned, planners[one.Actor], state);
        return waiting;
    }

    private static void Screen(WaitingOperation one, Google.Rpc.Status? fault, OperationFaults faults)
    {
        var operation = one.Planned.Operation;
        if (fault is not null)
            one.Planned.Reject(fault);
        else if (one.IsUnreadable)
            one.Planned.Reject(faults.Report(operation.Id, new InvalidDataException("What the ledger has is no operation.")));
        else if (Check(operation, one.Actor) is { Count: > 0 } violations)
            one.Planned.Reject(Rejection.Of(violations));
        else if (!WritePolicy.AllowsKind(one.Actor.Role, operation))
            one.Planned.Reject(ErrorReason.NotPermitted, "your role does not allow this, or the device may push no more");
    }

    // A user whom a person makes at a second try would have no password: that is in no ledger.
    private static IReadOnlyList<FieldViolation> Check(Operation operation, Actor actor)
    {
        if (OperationRules.Check(operation) is { Count: > 0 } violations)
            return violations;
        var isPushed = actor.DeviceId is not null || operation is { Kind: OperationKind.Create, Entity.User: not null };
        return isPushed && OperationRules.CheckPushed(operation) is { } violation ? [violation] : [];
    }

    private static NpgsqlBatchCommand Update(IReadOnlyList<WaitingOperation> operations, bool isCounted)
    {
        var command = new NpgsqlBatchCommand(
            """
            UPDATE sync_queue q
            SET status = r.status, error = r.error, message = CASE WHEN r.status <> 'completed' THEN q.message END, result = r.result::jsonb, waits_for = r.waits_for, retry_count = q.retry_count + r.tries,
                processed_at = CASE WHEN r.status <> 'pending' THEN clock_timestamp() END
            FROM unnest($1, $2, $3, $4, $5, $6) AS r(id, status, error, result, waits_for, tries)
            WHERE q.id = r.id AND q.status IN ('pending', 'failed')
            """);
        Add(one => one.Id, NpgsqlDbType.Uuid);
        Add(one => LedgerRecord.StatusOf(one.Planned), NpgsqlDbType.Text);
        Add(one => LedgerRecord.ErrorOf(one.Planned), NpgsqlDbType.Text);
        Add(one => LedgerRecord.ResultOf(one.Planned, one.Id), NpgsqlDbType.Text);
        Add(one => one.Planned.WaitsFor, NpgsqlDbType.Uuid);
        Add(_ => isCounted ? 1 : 0, NpgsqlDbType.Integer);
        return command;

        void Add<TValue>(Func<WaitingOperation, TValue> get, NpgsqlDbType type) => command.Parameters.Add(new NpgsqlParameter
        {
            Value = operations.Select(get).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | type,
        });
    }
}
