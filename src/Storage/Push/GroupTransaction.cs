using KhsCrm.Storage.Durability;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>
/// One transaction for the submissions of a group: a round trip that reads, decisions in memory, a round trip that writes. The effects, the ledger and the devices' sequences are committed together or not at all.
/// </summary>
internal static class GroupTransaction
{
    /// <summary>Applies a group. No device and no operation id is in it twice.</summary>
    /// <param name="connection">Open, and without a transaction.</param>
    /// <param name="group">The submissions.</param>
    /// <param name="now">What the rows that are written say of the time.</param>
    /// <param name="waiting">
    /// How many operations of a device may wait for rows that have not arrived; null when none may.
    /// </param>
    /// <param name="lockTimeout">How long a lock that somebody else holds is waited for; null for as long as it takes.</param>
    /// <param name="locksAlways">Whether the rows are to be locked before anything is decided.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    /// <returns>
    /// An outcome each. Null when nothing was committed: a row was changed after it was read and before it was written, or
    /// something is to be refused that only locks make sure of, and the group has to be applied again, with locks.
    /// </returns>
    public static async Task<List<PushOutcome>?> RunAsync(
        NpgsqlConnection connection,
        IReadOnlyList<Submission> group,
        DateTime now,
        int? waiting,
        TimeSpan? lockTimeout,
        bool locksAlways,
        CancellationToken cancellationToken)
    {
        SubmissionPlan[] plans = [.. group.Select(submission => new SubmissionPlan(submission))];
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (state, isLocked) = await ReadAsync(connection, plans, lockTimeout, locksAlways, cancellationToken);
        foreach (var plan in plans)
            plan.Screen();

        SubmissionPlan[] taken = [.. plans.Where(plan => plan.Refusal is null)];
        if (taken.Length > 0)
        {
            // Their assignments, which they need now, have not been read.
            if (!isLocked && taken.Any(plan => plan.Actor.Role == Role.Owner && plan.Device.Role != Role.Owner))
                return null;
            var writes = new WritePlan(isLocked);
            Decide(taken, state, writes, now, waiting is not null);
            // What is refused writes no row that could tell that another has decided otherwise meanwhile.
            if (!isLocked && taken.Any(RefusesSomething))
                return null;
            if (waiting is { } limit)
                await WaitingLimit.EnforceAsync(connection, taken, limit, cancellationToken);
            await LastStates.ShowAsync(connection, taken, cancellationToken);
            if (!await BatchWriter.WriteAsync(connection, [.. Commands(writes, taken)], state, cancellationToken))
                return null;
            await transaction.CommitDurablyAsync();
        }

        foreach (var plan in taken)
        {
            foreach (var planned in plan.Batch)
                BatchWriter.Show(planned, plan.Planner!, state);
        }

        return [.. plans.Select(plan => plan.ToOutcome())];
    }

    private static bool RefusesSomething(SubmissionPlan plan) =>
        plan.Fresh.Any(planned => planned is { IsDeferred: true } or { IsRejected: true, Violations.Count: 0 });

    private static async Task<(BatchState State, bool IsLocked)> ReadAsync(
        NpgsqlConnection connection,
        SubmissionPlan[] plans,
        TimeSpan? lockTimeout,
        bool locksAlways,
        CancellationToken cancellationToken)
    {
        var state = new BatchState();
        await using var reads = new ReadBatch(connection);
        reads.Add(DurableTransaction.Raise, static _ => { });
        if (lockTimeout is { } timeout)
            reads.AddCommand($"SET LOCAL lock_timeout = {(int)timeout.TotalMilliseconds}");
        LockedDevice.AddTo(reads, plans);
        var isLocked = BatchStateLoader.AddTo(
            reads,
            state,
            [.. plans.SelectMany(plan => plan.Batch).Where(planned => planned.IsSound).Select(planned => planned.Operation)],
            plans.Select(plan => plan.Actor),
            retried: [],
            locksAlways);
        LedgerLookup.AddTo(reads, plans);
        await reads.ExecuteAsync(cancellationToken);
        await LedgerLookup.CompareAsync(connection, plans, cancellationToken);
        return (state, isLocked);
    }

    private static void Decide(SubmissionPlan[] plans, BatchState state, WritePlan writes, DateTime now, bool defers)
    {
        foreach (var plan in plans)
        {
            var mayDefer = defers && plan.Actor.DeviceId is not null;
            plan.Planner = new OperationPlanner(plan.Actor, plan.Device.Role, state, writes, now, mayDefer);
            foreach (var planned in plan.Fresh)
            {
                if (!planned.IsRejected)
                    plan.Planner.Decide(planned);
            }
        }
    }

    private static IEnumerable<WriteCommand> Commands(WritePlan writes, SubmissionPlan[] plans)
    {
        foreach (var command in writes.ToCommands())
            yield return command;
        foreach (var command in plans.SelectMany(UserSecrets.SetPasswords))
            yield return new(command, EntityTables.Users);
        if (UserSecrets.EndSessions(plans.SelectMany(plan => plan.Fresh)) is { } endSessions)
            yield return new(endSessions);
        if (plans.Any(plan => plan.Fresh.Count > 0))
            yield return new(LedgerRecord.Insert(plans));
        SubmissionPlan[] devices = [.. plans.Where(plan => plan.Actor.DeviceId is not null)];
        if (devices.Length > 0)
            yield return new(MoveSequences(devices));
        else if (plans.All(plan => plan.Fresh.Count == 0))
            // Nothing is written, so the commit alone would prove nothing of the recorded results that are shown again.
            yield return new(new("SELECT prove_durable(wal_place())"));
    }

    private static NpgsqlBatchCommand MoveSequences(SubmissionPlan[] plans) => new(
        """
        UPDATE devices d SET last_client_seq = r.last_client_seq, last_seen_at = clock_timestamp()
        FROM unnest($1, $2) AS r(id, last_client_seq) WHERE d.id = r.id
        """)
    {
        Parameters =
        {
            ReadBatch.Ids(plans.Select(plan => plan.Actor.DeviceId!.Value)),
            new NpgsqlParameter<long[]> { TypedValue = [.. plans.Select(plan => plan.LastClientSeq)] },
        },
    };
}
