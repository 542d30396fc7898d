using System.Collections.Concurrent;
using KhsCrm.Storage.Durability;
using KhsCrm.V1;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace KhsCrm.Storage.Push.Deferral;

/// <summary>The operations that wait in the ledger for a row that has not arrived.</summary>
/// <param name="dataSource">The database.</param>
/// <param name="timeProvider">Says when a try is due.</param>
/// <param name="options">How long operations wait.</param>
/// <param name="logger">Takes the faults that operations meet; null for nobody.</param>
public sealed class DeferredOperations(
    NpgsqlDataSource dataSource,
    TimeProvider timeProvider,
    IOptions<DeferralOptions> options,
    ILogger<DeferredOperations>? logger = null)
{
    private const int BatchSize = 500;
    private const string Pending = "pending";
    private const string Failed = "failed";

    private readonly ConcurrentDictionary<Guid, bool> _unrecordable = new();

    /// <summary>
    /// Tries again whatever waits and whose row is there now, or whose time has come. Several servers may do so at the same
    /// moment: each takes what no other has locked.
    /// </summary>
    /// <param name="cancellationToken">Stops between transactions.</param>
    /// <returns>What is final now, and whether anything still waits.</returns>
    public async Task<(IReadOnlyList<LateResult> Results, bool AnyWaits)> RetryDueAsync(CancellationToken cancellationToken)
    {
        List<LateResult> results = [];
        while (true)
        {
            var (arrived, due, anyWaits) = await FindAsync(cancellationToken);
            var known = results.Count;
            results.AddRange(await RetryAsync(arrived, [Pending], isCounted: false, cancellationToken));
            results.AddRange(await RetryAsync(due, [Pending], isCounted: true, cancellationToken));
            // What was applied may be what others wait for. What was not, another server has, or it waits on.
            if (!anyWaits || results.Count == known)
                return (results, anyWaits);
        }
    }

    /// <summary>Tries one operation again because a person asks for it.</summary>
    /// <param name="operationId">The operation.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    /// <returns>What became of it; null when it neither waits nor has failed.</returns>
    public async Task<LateResult?> RetryAsync(Guid operationId, CancellationToken cancellationToken)
    {
        var tried = await Run(new RetryRequest([Pending, Failed], int.MaxValue, IsCounted: true), cancellationToken).RunAsync([operationId]);
        return tried.Count == 0 ? null : new LateResult(tried[0].Actor.DeviceId, tried[0].Planned.Result);
    }

    /// <summary>Fails a waiting operation for good.</summary>
    /// <param name="operationId">The operation.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    /// <returns>Its result; null when it does not wait.</returns>
    public async Task<LateResult?> DiscardAsync(Guid operationId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginDurableTransactionAsync(cancellationToken);
        await using var find = new NpgsqlCommand(
            "SELECT device_id, coalesce(client_seq, 0) FROM sync_queue WHERE id = $1 AND status = 'pending' FOR UPDATE", connection);
        find.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = operationId });
        Guid? device;
        var planned = new PlannedOperation(new Operation { Id = operationId.ToString() });
        await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
                return null;
            device = reader.IsDBNull(0) ? null : reader.GetGuid(0);
            planned.Result.ClientSeq = reader.GetInt64(1);
        }

        planned.Reject(ErrorReason.Discarded, "the operation was discarded while it waited");
        await using var fail = new NpgsqlCommand(
            """
            UPDATE sync_queue SET status = 'failed', error = $2, result = $3::jsonb, waits_for = NULL, processed_at = clock_timestamp()
            WHERE id = $1 AND status = 'pending'
            """,
            connection);
        fail.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = operationId });
        fail.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = LedgerRecord.ErrorOf(planned) });
        fail.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = LedgerRecord.ResultOf(planned, operationId) });
        await fail.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitDurablyAsync();
        return new LateResult(device, planned.Result);
    }

    /// <summary>Finds the results of a user's operations that waited once and wait no more.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="operationIds">The operations; those that still wait, or are not the user's, are left out.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<OperationResult>> FindFinalAsync(
        Actor actor, Guid[] operationIds, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await FinalResults.ReadAsync(connection, actor, operationIds, cancellationToken);
    }

    /// <summary>Finds which operations wait no more.</summary>
    /// <param name="operationIds">Operations that waited.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<Guid>> FindFinalIdsAsync(Guid[] operationIds, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "SELECT q.id FROM sync_queue q WHERE q.id = ANY($1) AND q.status IN ('completed', 'failed')");
        command.Parameters.Add(ReadBatch.Ids(operationIds));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<Guid> ids = [];
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(reader.GetGuid(0));
        return ids;
    }

    private async Task<(Guid[] Arrived, Guid[] Due, bool AnyWaits)> FindAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT q.id,
                EXISTS (SELECT FROM jobs j WHERE j.id = q.waits_for
                    AND (u.role = 'OWNER'
                        OR EXISTS (SELECT FROM job_assignments a WHERE a.job_id = j.id AND a.user_id = q.user_id)))
                OR EXISTS (SELECT FROM customers c WHERE c.id = q.waits_for),
                q.created_at + $1 * (2 ^ (least(q.retry_count, 30) + 1) - 1) <= $2
            FROM sync_queue q JOIN users u ON u.id = q.user_id
            WHERE q.status = 'pending' AND q.waits_for IS NOT NULL ORDER BY q.created_at, q.client_seq
            """);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.Value.RetryDelay });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = timeProvider.GetUtcNow().UtcDateTime });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<Guid> arrived = [];
        List<Guid> due = [];
        var anyWaits = false;
        while (await reader.ReadAsync(cancellationToken))
        {
            anyWaits = true;
            if (reader.GetBoolean(1))
                arrived.Add(reader.GetGuid(0));
            else if (reader.GetBoolean(2))
                due.Add(reader.GetGuid(0));
        }

        return ([.. arrived], [.. due], anyWaits);
    }

    private RetryRun Run(RetryRequest request, CancellationToken cancellationToken) =>
        new(dataSource, timeProvider, request, _unrecordable, logger ?? NullLogger<DeferredOperations>.Instance, cancellationToken);

    private async Task<IEnumerable<LateResult>> RetryAsync(
        Guid[] ids, string[] statuses, bool isCounted, CancellationToken cancellationToken)
    {
        List<LateResult> results = [];
        foreach (var chunk in ids.Chunk(BatchSize))
        {
            var request = new RetryRequest(statuses, options.Value.MaxRetries, isCounted);
            results.AddRange(
                from one in await Run(request, cancellationToken).RunAsync(chunk)
                where !one.Planned.IsDeferred
                select new LateResult(one.Actor.DeviceId, one.Planned.Result));
        }

        return results;
    }
}
