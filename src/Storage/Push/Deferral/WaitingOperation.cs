using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Push.Deferral;

/// <summary>An operation as the ledger keeps it, locked to be tried again.</summary>
/// <param name="Id">The ledger's key.</param>
/// <param name="Planned">The operation.</param>
/// <param name="Actor">Whose it is, with the role that the database knows now; unspecified when they may push no more.</param>
internal sealed record WaitingOperation(Guid Id, PlannedOperation Planned, Actor Actor)
{
    /// <summary>Whether the ledger has something else in place of the operation, or nothing.</summary>
    public bool IsUnreadable { get; private init; }

    /// <summary>Locks operations; one that somebody else is just trying is left out.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="ids">Which.</param>
    /// <param name="request">How they are tried.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <returns>In the order they were received.</returns>
    public static async Task<List<WaitingOperation>> LockAsync(
        NpgsqlConnection connection, Guid[] ids, RetryRequest request, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT q.payload::text, q.created_at, coalesce(q.client_seq, 0), q.retry_count, q.status, q.user_id, q.device_id,
                CASE WHEN u.is_active AND (q.device_id IS NULL OR d.id IS NOT NULL AND d.revoked_at IS NULL) THEN u.role END, q.id,
                q.message, q.result::text
            FROM sync_queue q JOIN users u ON u.id = q.user_id LEFT JOIN devices d ON d.id = q.device_id
            WHERE q.id = ANY($1) AND q.status = ANY($2)
            ORDER BY q.created_at, q.client_seq FOR UPDATE OF q SKIP LOCKED
            """,
            connection);
        command.Parameters.Add(ReadBatch.Ids(ids));
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = request.Statuses });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<WaitingOperation> operations = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            // A person's try of what had failed is the only one that it gets.
            var isLastTry = reader.GetString(4) == "failed" || (request.IsCounted && reader.GetInt32(3) + 1 >= request.MaxRetries);
            var id = reader.GetGuid(8);
            var read = LedgerJson.TryRead(reader, payload: 0, message: 9);
            if (read is { Id: "", Entity: null })
                read = null;
            var planned = new PlannedOperation(read ?? new Operation { Id = $"{id}", ClientSeq = reader.GetInt64(2) })
            {
                Place = (reader.GetDateTime(1), reader.GetInt64(2)),
                HasWaited = true,
                IsLastTry = isLastTry,
            };
            // Whatever the operation says of itself by now, and though its id could not be the key: the device knows it by this one.
            if (!reader.IsDBNull(10) && LedgerJson.TryParse<OperationResult>(reader.GetString(10)) is { } result)
                planned.Result.OperationId = result.OperationId;
            var role = reader.IsDBNull(7) ? Role.Unspecified : EnumText.Role(reader.GetString(7));
            var actor = new Actor(reader.GetGuid(5), role, reader.IsDBNull(6) ? null : reader.GetGuid(6));
            operations.Add(new WaitingOperation(id, planned, actor) { IsUnreadable = read is null });
        }

        return operations;
    }
}
