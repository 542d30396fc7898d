using KhsCrm.Contracts.Rules;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>
/// The one writer of entities (DESIGN §5): authorise, validate, decide in memory against locked rows, write in sets. The
/// effects, the ledger and the device's sequence are one transaction, so an operation takes effect once whatever is
/// retried and whoever crashes.
/// </summary>
public sealed class OperationApplier(NpgsqlDataSource dataSource, TimeProvider timeProvider)
{
    private const int MaxAttempts = 10;

    /// <summary>Applies the one operation of a typed RPC, on the same path as a push.</summary>
    /// <param name="userId">The signed-in user.</param>
    /// <param name="role">The role of their session; the database has the last word.</param>
    /// <param name="write">The operation.</param>
    /// <param name="cancellationToken">Gives up before the commit; afterwards the operation is in effect.</param>
    public Task<PushOutcome> ApplyAsync(Guid userId, Role role, SingleWrite write, CancellationToken cancellationToken)
    {
        write.Operation.ClientSeq = 0;
        return ApplyAsync(new Actor(userId, role, null), [write], cancellationToken);
    }

    /// <summary>Applies a batch of a device's operations.</summary>
    /// <param name="actor">Who pushes.</param>
    /// <param name="operations">The operations, their <c>client_seq</c> ascending without gaps.</param>
    /// <param name="cancellationToken">Gives up before the commit; afterwards the batch is in effect.</param>
    public Task<PushOutcome> ApplyAsync(
        Actor actor, IReadOnlyList<Operation> operations, CancellationToken cancellationToken) =>
        ApplyAsync(actor, [.. operations.Select(operation => new SingleWrite(operation))], cancellationToken);

    private async Task<PushOutcome> ApplyAsync(
        Actor actor, IReadOnlyList<SingleWrite> writes, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ApplyOnceAsync(actor, writes, fault: null, cancellationToken);
            }
            catch (PostgresException exception) when (DatabaseFault.IsTransient(exception) && attempt < MaxAttempts)
            {
                // Deadlock or serialization failure: the other transaction went ahead, so this one can now.
            }
            catch (PostgresException exception) when (DatabaseFault.IsOfData(exception))
            {
                return await NarrowAsync(actor, writes, exception, cancellationToken);
            }
        }
    }

    // What the planning could not foresee, such as a customer deleted by psql at this moment. The guilty operation is found
    // by halves, so that it costs its own result and nothing else.
    private async Task<PushOutcome> NarrowAsync(
        Actor actor, IReadOnlyList<SingleWrite> writes, PostgresException exception, CancellationToken cancellationToken)
    {
        if (writes.Count == 1)
            return await ApplyOnceAsync(actor, writes, exception, cancellationToken);
        var half = writes.Count / 2;
        var first = await ApplyAsync(actor, [.. writes.Take(half)], cancellationToken);
        if (first.Refusal is not null)
            return first;
        var second = await ApplyAsync(actor, [.. writes.Skip(half)], cancellationToken);
        // A refusal now would lose the results of the first half; the next push is told the same.
        return second with { Results = [.. first.Results, .. second.Results] };
    }

    private async Task<PushOutcome> ApplyOnceAsync(
        Actor actor, IReadOnlyList<SingleWrite> writes, PostgresException? fault, CancellationToken cancellationToken)
    {
        Operation[] operations = [.. writes.Select(write => write.Operation)];
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var device = await LockedDevice.ReadAsync(connection, actor, cancellationToken);
        if (device.Refusal is { } refusal)
            return PushOutcome.Refused(refusal, device.LastClientSeq);
        if (!device.Follows(operations))
            return PushOutcome.Refused(ErrorReason.SequenceGap, device.LastClientSeq);

        var recorded = await Ledger.FindAsync(connection, actor, operations, cancellationToken);
        if (operations.Any(operation => recorded.IsOfAnother(operation)))
            return PushOutcome.Refused(ErrorReason.DeviceForked, device.LastClientSeq);
        PlannedOperation[] batch =
        [
            .. writes.Select(write => new PlannedOperation(write.Operation)
            {
                SeenVersion = write.SeenVersion,
                PasswordHash = write.PasswordHash,
            }),
        ];
        var fresh = Screen(batch, device, recorded, fault);

        var state = await BatchStateLoader.LoadAsync(connection, actor, fresh, cancellationToken);
        var now = timeProvider.GetUtcNow().UtcDateTime;
        var planner = new OperationPlanner(actor, device.Role, state, now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)));
        foreach (var planned in fresh.Where(planned => !planned.IsRejected))
            planner.Decide(planned);

        var lastClientSeq = Math.Max(device.LastClientSeq, operations.Length == 0 ? 0 : operations[^1].ClientSeq);
        await BatchWriter.WriteAsync(connection, actor, planner, state, recorded, fresh, lastClientSeq, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new PushOutcome([.. batch.Select(planned => planned.Result)], lastClientSeq);
    }

    // Sorts out what was pushed before and what is wrong by itself; returns what is to be recorded.
    private static List<PlannedOperation> Screen(
        PlannedOperation[] batch, LockedDevice device, RecordedOperations recorded, PostgresException? fault)
    {
        List<PlannedOperation> fresh = [];
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var planned in batch)
        {
            var operation = planned.Operation;
            if (operation is { Kind: OperationKind.Create, Entity: { } entity })
                EntityDefaults.Apply(entity);
            if (recorded.TryAnswer(planned))
                continue;
            fresh.Add(planned);
            if (OperationRules.Check(operation) is { Count: > 0 } violations)
                planned.Reject(Rejection.Of(violations));
            else if (!ids.Add(operation.Id))
                planned.Reject(Rejection.Of([new("operation.id", "is used twice in this batch")]));
            else if (recorded.IsTaken(operation.Id))
                planned.Reject(Rejection.Of([new("operation.id", "is another operation's")]));
            else if (!WritePolicy.AllowsKind(device.Role, operation))
                planned.Reject(ErrorReason.NotPermitted, "your role does not allow this");
            else if (fault is not null)
                planned.Reject(DatabaseFault.ToStatus(fault));
        }

        return fresh;
    }
}
