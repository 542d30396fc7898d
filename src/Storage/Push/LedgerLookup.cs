using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>Finds what was recorded of operations, by their numbers on a device and by their own ids.</summary>
internal static class LedgerLookup
{
    /// <summary>
    /// Adds the look-up for a group. It has to come after the rows are read: of two copies of one operation that run at
    /// the same moment under two device ids, the later one sees either no row or the entry of the earlier one.
    /// </summary>
    public static void AddTo(ReadBatch reads, IReadOnlyList<SubmissionPlan> plans)
    {
        AddByNumber(reads, [.. plans.Where(plan => plan.Actor.DeviceId is not null && plan.Batch.Length > 0)]);
        var byId = plans.SelectMany(plan => plan.Batch.Select(planned => (planned.Operation, Plan: plan)))
            .Where(one => LedgerRecord.ParsedId(one.Operation) is not null)
            .ToLookup(one => Guid.Parse(one.Operation.Id), one => one.Plan);
        if (byId.Count > 0)
            AddById(reads, byId);
    }

    /// <summary>
    /// Compares what has the id of an operation, but not its place in its outbox, with it: another operation's result answers
    /// nothing. A copy of a store, and a device that numbers anew, push what is the same.
    /// </summary>
    public static async Task CompareAsync(
        NpgsqlConnection connection, IReadOnlyList<SubmissionPlan> plans, CancellationToken cancellationToken)
    {
        var moved = plans.SelectMany(
            plan => plan.Batch.Where(planned => plan.Recorded.IsElsewhere(planned.Operation)), (plan, planned) => (plan, planned))
            .ToLookup(one => one.planned.Operation.Id);
        if (moved.Count == 0)
            return;
        await using var reads = new ReadBatch(connection);
        reads.Add(
            "SELECT q.id, q.payload::text FROM sync_queue q WHERE q.id = ANY($1)",
            reader =>
            {
                var id = reader.GetGuid(0).ToString();
                foreach (var (plan, planned) in moved[id])
                {
                    if (!RecordedOperations.IsSame(LedgerJson.TryParse<Operation>(reader.GetString(1)), planned))
                        plan.Recorded.AddTaken(id);
                }
            },
            ReadBatch.Ids(moved.Select(group => Guid.Parse(group.Key))));
        await reads.ExecuteAsync(cancellationToken);
    }

    /// <summary>A recorded result. Where another program wrote what cannot be read, there is a result, whatever it was.</summary>
    public static OperationResult ReadResult(NpgsqlDataReader reader, int ordinal, Guid id, long clientSeq) =>
        TryReadResult(reader, ordinal, id, clientSeq) ?? Unreadable(id, clientSeq);

    // A plain APPLIED is not written down. Null when another program wrote what cannot be read.
    private static OperationResult? TryReadResult(NpgsqlDataReader reader, int ordinal, Guid id, long clientSeq) => reader.IsDBNull(ordinal)
        ? new() { OperationId = id.ToString(), ClientSeq = clientSeq, Outcome = OperationOutcome.Applied }
        : LedgerJson.TryParse<OperationResult>(reader.GetString(ordinal));

    private static OperationResult Unreadable(Guid id, long clientSeq) => new()
    {
        OperationId = id.ToString(),
        ClientSeq = clientSeq,
        Outcome = OperationOutcome.Rejected,
        Status = Rejection.Of(ErrorReason.Fault, "the recorded result cannot be read"),
    };

    private static void AddByNumber(ReadBatch reads, SubmissionPlan[] plans)
    {
        if (plans.Length == 0)
            return;
        reads.Add(
            // Only of devices that push again what they pushed. OFFSET 0: a look-up in the index for each, however many there are.
            """
            SELECT r.n, q.client_seq, q.id, q.result::text
            FROM unnest($1, $2, $3) WITH ORDINALITY AS r(device_id, first_seq, last_seq, n)
            JOIN devices d ON d.id = r.device_id AND d.last_client_seq >= r.first_seq
            CROSS JOIN LATERAL (
                SELECT s.client_seq, s.id, s.result FROM sync_queue s
                WHERE s.device_id = r.device_id AND s.client_seq BETWEEN r.first_seq AND r.last_seq OFFSET 0) q
            """,
            reader =>
            {
                var (id, seq) = (reader.GetGuid(2), reader.GetInt64(1));
                var result = TryReadResult(reader, 3, id, seq);
                // The key need not be the operation's id: without its result, nobody knows whose the number is.
                plans[(int)reader.GetInt64(0) - 1].Recorded.Add(seq, result ?? Unreadable(id, seq), result?.OperationId);
            },
            ReadBatch.Ids(plans.Select(plan => plan.Actor.DeviceId!.Value)),
            new NpgsqlParameter<long[]> { TypedValue = [.. plans.Select(plan => plan.Batch[0].Operation.ClientSeq)] },
            new NpgsqlParameter<long[]> { TypedValue = [.. plans.Select(plan => plan.Batch[^1].Operation.ClientSeq)] });
    }

    private static void AddById(ReadBatch reads, ILookup<Guid, SubmissionPlan> plans) => reads.Add(
        """
        SELECT q.id, q.user_id, coalesce(q.client_seq, 0), q.result::text, q.device_id
        FROM unnest($1) AS r(id) CROSS JOIN LATERAL (
            SELECT * FROM sync_queue s WHERE s.id = r.id AND s.status = 'completed' OFFSET 0) q
        UNION ALL
        SELECT q.id, q.user_id, coalesce(q.client_seq, 0), q.result::text, q.device_id
        FROM sync_queue q WHERE q.id = ANY($1) AND q.status <> 'completed'
        """,
        reader =>
        {
            var id = reader.GetGuid(0);
            foreach (var plan in plans[id])
            {
                if (reader.GetGuid(1) != plan.Actor.UserId)
                {
                    plan.Recorded.AddTaken(id.ToString());
                    continue;
                }

                var device = reader.IsDBNull(4) ? null : (Guid?)reader.GetGuid(4);
                var seq = reader.GetInt64(2);
                var ownSeq = device is not null && device == plan.Actor.DeviceId ? seq : (long?)null;
                plan.Recorded.Add(id.ToString(), ReadResult(reader, 3, id, seq), ownSeq);
            }
        },
        ReadBatch.Ids(plans.Select(group => group.Key)));
}
