using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Queries;

/// <summary>Lists the ledger of pushed operations, newest first.</summary>
public sealed class QueueList(NpgsqlDataSource dataSource)
{
    private const string Columns =
        """
        q.id, q.user_id, q.operation, q.entity_type, q.entity_id, q.payload::text, q.retry_count, q.status, q.error, q.created_at,
        q.processed_at, q.device_id, coalesce(q.client_seq, 0)
        """;

    // The name under which a payload is shown that is no JSON object.
    private const string NoObject = "payload";

    /// <summary>Where a page ended: the key of its last item.</summary>
    public sealed record Position(DateTime CreatedAt, Guid Id)
    {
        /// <summary>The position of an item.</summary>
        public static Position Of(SyncQueueItem item) => new(item.CreatedAt.ToDateTime(), Guid.Parse(item.Id));
    }

    /// <summary>Reads a page.</summary>
    /// <param name="userId">Whose items; null for everybody's.</param>
    /// <param name="status">Items with this status; unspecified for all.</param>
    /// <param name="deviceId">Items of this device; null for all.</param>
    /// <param name="after">The end of the page before; null for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<SyncQueueItem>> ReadAsync(
        Guid? userId, SyncQueueStatus status, Guid? deviceId, Position? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            SELECT {Columns} FROM sync_queue q
            WHERE ($1::uuid IS NULL OR q.user_id = $1) AND ($2::text IS NULL OR q.status = $2)
                AND ($3::uuid IS NULL OR q.device_id = $3)
                AND ($4::timestamptz IS NULL OR (q.created_at, q.id) < ($4, $5))
            ORDER BY q.created_at DESC, q.id DESC LIMIT $6
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid?> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = NameOf(status) });
        command.Parameters.Add(new NpgsqlParameter<Guid?> { TypedValue = deviceId });
        command.Parameters.Add(new NpgsqlParameter<DateTime?> { TypedValue = after?.CreatedAt });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after?.Id ?? Guid.Empty });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Finds the item of an operation; null when there is none.</summary>
    /// <param name="operationId">The operation.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<SyncQueueItem?> FindAsync(Guid operationId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand($"SELECT {Columns} FROM sync_queue q WHERE q.id = $1 LIMIT 1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = operationId });
        return await ReadAsync(command, cancellationToken) is [var item, ..] ? item : null;
    }

    private static async Task<IReadOnlyList<SyncQueueItem>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<SyncQueueItem> items = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            var item = new SyncQueueItem
            {
                Id = reader.GetGuid(0).ToString(),
                UserId = reader.GetGuid(1).ToString(),
                Operation = reader.GetString(2),
                EntityType = reader.GetString(3),
                EntityId = reader.IsDBNull(4) ? "" : reader.GetGuid(4).ToString(),
                Payload = PayloadOf(reader.GetString(5)),
                RetryCount = reader.GetInt32(6),
                Status = StatusOf(reader.GetString(7)),
                CreatedAt = Timestamp.FromDateTime(reader.GetDateTime(9)),
                ProcessedAt = reader.IsDBNull(10) ? null : Timestamp.FromDateTime(reader.GetDateTime(10)),
                DeviceId = reader.IsDBNull(11) ? "" : reader.GetGuid(11).ToString(),
                ClientSeq = reader.GetInt64(12),
            };
            if (!reader.IsDBNull(8))
                item.Error = reader.GetString(8);
            items.Add(item);
        }

        return items;
    }

    // Another program may have written any JSON; the list is of everybody's operations.
    private static Struct PayloadOf(string json)
    {
        try
        {
            var value = JsonParser.Default.Parse<Value>(json);
            return value.KindCase == Value.KindOneofCase.StructValue
                ? value.StructValue
                : new Struct { Fields = { [NoObject] = value } };
        }
        catch (InvalidProtocolBufferException)
        {
            // Nested too deep for a message.
            return new Struct { Fields = { [NoObject] = Value.ForString(json) } };
        }
    }

    private static string? NameOf(SyncQueueStatus status) =>
        status == SyncQueueStatus.Unspecified ? null : status.ToString().ToLowerInvariant();

    private static SyncQueueStatus StatusOf(string name) => System.Enum.Parse<SyncQueueStatus>(name, ignoreCase: true);
}
