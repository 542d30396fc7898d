using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Rpc;
using KhsCrm.Contracts.Kinds;
using KhsCrm.V1;
using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Storage.Push;

/// <summary>The ledger of pushed operations, <c>sync_queue</c>: what was asked, and what became of it.</summary>
internal static class Ledger
{
    private static readonly TypeRegistry Details = TypeRegistry.FromMessages(ErrorInfo.Descriptor, BadRequest.Descriptor);

    private static readonly JsonFormatter Formatter =
        new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true).WithTypeRegistry(Details));

    private static readonly JsonParser Parser =
        new(JsonParser.Settings.Default.WithTypeRegistry(Details).WithIgnoreUnknownFields(true));

    /// <summary>Finds what was recorded of operations, by their numbers on this device and by their own ids.</summary>
    public static async Task<RecordedOperations> FindAsync(
        NpgsqlConnection connection, Actor actor, IReadOnlyList<Operation> operations, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT coalesce((SELECT last_client_seq FROM devices WHERE id = $1), -1), NULL::bigint, NULL::text, NULL::uuid, NULL::text
            UNION ALL
            SELECT NULL, q.client_seq, q.result::text, NULL, NULL FROM sync_queue q
            WHERE q.device_id = $1 AND q.client_seq BETWEEN $2 AND $3 AND q.result IS NOT NULL
            UNION ALL
            SELECT NULL, NULL, q.result::text, NULL, CASE WHEN q.device_id IS NULL THEN q.payload::text END FROM sync_queue q
            WHERE q.id = ANY($4) AND q.user_id = $5 AND q.result IS NOT NULL
            UNION ALL
            SELECT NULL, NULL, NULL, q.id, NULL FROM sync_queue q WHERE q.id = ANY($4) AND q.user_id <> $5
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid?> { TypedValue = actor.DeviceId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = operations.Count == 0 ? 0 : operations[0].ClientSeq });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = operations.Count == 0 ? 0 : operations[^1].ClientSeq });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. operations.Select(ParsedId).OfType<Guid>()] });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = actor.UserId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var recorded = new RecordedOperations(reader.GetInt64(0));
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!reader.IsDBNull(3))
                recorded.AddTaken(reader.GetGuid(3).ToString());
            else
                recorded.Add(reader.IsDBNull(1) ? null : reader.GetInt64(1), Parser.Parse<OperationResult>(reader.GetString(2)));
            if (!reader.IsDBNull(4))
                recorded.AddRequest(Parser.Parse<Operation>(reader.GetString(4)));
        }

        return recorded;
    }

    /// <summary>Records a batch in one statement.</summary>
    public static NpgsqlBatchCommand Record(
        Actor actor, RecordedOperations recorded, IReadOnlyList<PlannedOperation> operations)
    {
        var command = new NpgsqlBatchCommand(
            """
            INSERT INTO sync_queue
                (id, user_id, device_id, operation, entity_type, entity_id, payload, status, error, result, client_seq, processed_at)
            SELECT r.id, $1, $2, r.operation, r.entity_type, r.entity_id, r.payload, r.status, r.error, r.result, r.client_seq,
                clock_timestamp()
            FROM unnest($3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::jsonb[], $8::text[], $9::text[], $10::jsonb[], $11::bigint[])
                AS r(id, operation, entity_type, entity_id, payload, status, error, result, client_seq)
            """);
        var used = new HashSet<Guid>();
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = actor.UserId });
        command.Parameters.Add(new NpgsqlParameter<Guid?> { TypedValue = actor.DeviceId });
        // An id that is none, is used twice or is another's cannot be the ledger's key; the payload keeps what was sent.
        Add(planned => Key(planned.Operation), NpgsqlDbType.Uuid);
        Add(planned => OperationName(planned.Operation.Kind), NpgsqlDbType.Text);
        Add(planned => KindOf(planned.Operation)?.Name ?? "unknown", NpgsqlDbType.Text);
        Add(planned => EntityId(planned.Operation), NpgsqlDbType.Uuid);
        Add(planned => ToJson(planned.Operation), NpgsqlDbType.Jsonb);
        Add(planned => planned.IsRejected ? "failed" : "completed", NpgsqlDbType.Text);
        Add(planned => planned.Result.Status?.Message.Replace('\0', '\uFFFD'), NpgsqlDbType.Text);
        Add(planned => ToJson(planned.Result), NpgsqlDbType.Jsonb);
        Add(planned => actor.DeviceId is null ? null : (long?)planned.Operation.ClientSeq, NpgsqlDbType.Bigint);
        return command;

        Guid Key(Operation operation) =>
            ParsedId(operation) is { } id && !recorded.IsTaken(operation.Id) && used.Add(id) ? id : Guid.CreateVersion7();

        void Add<TValue>(Func<PlannedOperation, TValue> get, NpgsqlDbType type) => command.Parameters.Add(
            new NpgsqlParameter { Value = operations.Select(get).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });
    }

    private static string OperationName(OperationKind kind) => kind switch
    {
        OperationKind.Create => "create",
        OperationKind.Delete => "delete",
        _ => "update",
    };

    private static EntityKind? KindOf(Operation operation) =>
        operation.Entity is null ? null : EntityKinds.Of(operation.Entity);

    private static Guid? ParsedId(Operation operation) =>
        Guid.TryParseExact(operation.Id, "D", out var id) && id.ToString() == operation.Id ? id : null;

    private static Guid? EntityId(Operation operation) =>
        KindOf(operation) is { } kind && Guid.TryParse(kind.GetId(operation.Entity), out var id) ? id : null;

    // jsonb cannot hold U+0000, which no valid operation has; a rejected one is recorded all the same.
    private static string ToJson(IMessage message) =>
        Format(message).Replace("\\u0000", "\\ufffd", StringComparison.Ordinal);

    // JSON has no form for some of what a device can send: a time out of range, a mask in camel case, NaN.
    private static string Format(IMessage message)
    {
        try
        {
            return Formatter.Format(message);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            return $$"""{"protobuf": "{{message.ToByteString().ToBase64()}}"}""";
        }
    }
}
