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

    /// <summary>A recorded result; a plain APPLIED is not written down.</summary>
    public static OperationResult ReadResult(NpgsqlDataReader reader, int ordinal, Guid id, long clientSeq) =>
        reader.IsDBNull(ordinal)
            ? new OperationResult { OperationId = id.ToString(), ClientSeq = clientSeq, Outcome = OperationOutcome.Applied }
            : LedgerJson.Parse<OperationResult>(reader.GetString(ordinal));

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
                var seq = reader.GetInt64(1);
                plans[(int)reader.GetInt64(0) - 1].Recorded.Add(seq, ReadResult(reader, 3, reader.GetGuid(2), seq));
            },
            ReadBatch.Ids(plans.Select(plan => plan.Actor.DeviceId!.Value)),
            new NpgsqlParameter<long[]> { TypedValue = [.. plans.Select(plan => plan.Batch[0].Operation.ClientSeq)] },
            new NpgsqlParameter<long[]> { TypedValue = [.. plans.Select(plan => plan.Batch[^1].Operation.ClientSeq)] });
    }

    private static void AddById(ReadBatch reads, ILookup<Guid, SubmissionPlan> plans) => reads.Add(
        """
        SELECT q.id, q.user_id, coalesce(q.client_seq, 0), q.result::text, CASE WHEN q.device_id IS NULL THEN q.payload::text END
        FROM unnest($1) AS r(id) CROSS JOIN LATERAL (
            SELECT * FROM sync_queue s WHERE s.id = r.id AND s.status = 'completed' OFFSET 0) q
        UNION ALL
        SELECT q.id, q.user_id, coalesce(q.client_seq, 0), q.result::text, CASE WHEN q.device_id IS NULL THEN q.payload::text END
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

                plan.Recorded.Add(null, ReadResult(reader, 3, id, reader.GetInt64(2)));
                if (!reader.IsDBNull(4))
                    plan.Recorded.AddRequest(LedgerJson.Parse<Operation>(reader.GetString(4)));
            }
        },
        ReadBatch.Ids(plans.Select(group => group.Key)));
}
