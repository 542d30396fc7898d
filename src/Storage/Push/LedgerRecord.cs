using Google.Protobuf;
using KhsCrm.Contracts.Entities;
using KhsCrm.Contracts.Values;
using KhsCrm.V1;
using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Storage.Push;

/// <summary>Records operations in the ledger, <c>sync_queue</c>: what was asked, and what became of it.</summary>
internal static class LedgerRecord
{
    // The JSON is cast row by row: cast as an array it takes PostgreSQL ten times as long.
    private const string InsertSql =
        """
        INSERT INTO sync_queue
            (id, user_id, device_id, operation, entity_type, entity_id, payload, status, error, result, client_seq,
             waits_for, processed_at)
        SELECT r.id, r.user_id, r.device_id, r.operation, r.entity_type, r.entity_id, r.payload::jsonb, r.status, r.error,
            r.result::jsonb, r.client_seq, r.waits_for, CASE WHEN r.status <> 'pending' THEN clock_timestamp() END
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            AS r(id, user_id, device_id, operation, entity_type, entity_id, payload, status, error, result, client_seq, waits_for)
        """;

    // With the bytes that came, of those that may be applied later.
    private const string InsertKeptSql =
        """
        INSERT INTO sync_queue
            (id, user_id, device_id, operation, entity_type, entity_id, payload, status, error, result, client_seq,
             waits_for, message, processed_at)
        SELECT r.id, r.user_id, r.device_id, r.operation, r.entity_type, r.entity_id, r.payload::jsonb, r.status, r.error,
            r.result::jsonb, r.client_seq, r.waits_for, r.message, CASE WHEN r.status <> 'pending' THEN clock_timestamp() END
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) AS r(
            id, user_id, device_id, operation, entity_type, entity_id, payload, status, error, result, client_seq, waits_for, message)
        """;

    /// <summary>Records what is new in a group, in one statement.</summary>
    public static NpgsqlBatchCommand Insert(IReadOnlyList<SubmissionPlan> plans)
    {
        (SubmissionPlan Plan, PlannedOperation Planned)[] rows =
            [.. plans.SelectMany(plan => plan.Fresh.Select(planned => (plan, planned)))];
        var keepsSome = rows.Any(row => IsKept(row.Planned));
        var command = new NpgsqlBatchCommand(keepsSome ? InsertKeptSql : InsertSql);
        var used = new HashSet<Guid>();
        // An id that is none, is used twice or is another's cannot be the ledger's key; the payload keeps what was sent.
        var keys = Array.ConvertAll(rows, row => Key(row.Plan, row.Planned.Operation));
        AddValues(keys, NpgsqlDbType.Uuid);
        Add((plan, _) => plan.Actor.UserId, NpgsqlDbType.Uuid);
        Add((plan, _) => plan.Actor.DeviceId, NpgsqlDbType.Uuid);
        Add((_, planned) => OperationName(planned.Operation.Kind), NpgsqlDbType.Text);
        Add((_, planned) => KindOf(planned)?.Name ?? "unknown", NpgsqlDbType.Text);
        Add((_, planned) => EntityId(planned), NpgsqlDbType.Uuid);
        Add((_, planned) => planned.Prepared!.Payload, NpgsqlDbType.Text);
        Add((_, planned) => StatusOf(planned), NpgsqlDbType.Text);
        Add((_, planned) => ErrorOf(planned), NpgsqlDbType.Text);
        AddValues(rows.Select((row, i) => ResultOf(row.Planned, keys[i])).ToArray(), NpgsqlDbType.Text);
        Add((plan, planned) => plan.Actor.DeviceId is null ? null : (long?)planned.Operation.ClientSeq, NpgsqlDbType.Bigint);
        Add((_, planned) => planned.WaitsFor, NpgsqlDbType.Uuid);
        if (keepsSome)
            Add((_, planned) => IsKept(planned) ? planned.Operation.ToByteArray() : null, NpgsqlDbType.Bytea);
        return command;

        Guid Key(SubmissionPlan plan, Operation operation) =>
            ParsedId(operation) is { } id && !plan.Recorded.IsTaken(operation.Id) && used.Add(id) ? id : Guid.CreateVersion7();

        void Add<TValue>(Func<SubmissionPlan, PlannedOperation, TValue> get, NpgsqlDbType type) =>
            AddValues(Array.ConvertAll(rows, row => get(row.Plan, row.Planned)), type);

        void AddValues<TValue>(TValue[] values, NpgsqlDbType type) => command.Parameters.Add(
            new NpgsqlParameter { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type });
    }

    public static string StatusOf(PlannedOperation planned) =>
        planned.IsDeferred ? "pending" : planned.IsRejected ? "failed" : "completed";

    public static string? ErrorOf(PlannedOperation planned) => planned.Result.Status?.Message.Replace('\0', '\uFFFD');

    /// <summary>
    /// The result to write down; nothing for a plain APPLIED, which key and number say all of. The key does not where the
    /// operation's own id could not be it.
    /// </summary>
    public static string? ResultOf(PlannedOperation planned, Guid key) =>
        planned.Result is { Outcome: OperationOutcome.Applied, ConflictingFields.Count: 0 } plain && Uuid.Find(plain.OperationId) == key
            ? null
            : LedgerJson.Of(planned.Result);

    public static Guid? ParsedId(Operation operation) => Uuid.Find(operation.Id);

    // What waits, and what failed and a person may retry; not what there is nothing left of.
    private static bool IsKept(PlannedOperation planned) =>
        (planned.IsDeferred || planned.IsRejected) && planned.Prepared is not { IsBare: true };

    private static string OperationName(OperationKind kind) => kind switch
    {
        OperationKind.Create => "create",
        OperationKind.Delete => "delete",
        _ => "update",
    };

    private static EntityKind? KindOf(PlannedOperation planned) =>
        planned is { Operation.Entity: { } entity, Prepared: not { IsBare: true } } ? EntityKinds.Of(entity) : null;

    private static Guid? EntityId(PlannedOperation planned) =>
        KindOf(planned) is { } kind ? Uuid.Find(kind.GetId(planned.Operation.Entity)) : null;
}
