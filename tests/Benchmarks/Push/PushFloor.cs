using System.Diagnostics;
using Google.Protobuf;
using KhsCrm.Contracts.Entities;
using KhsCrm.V1;
using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Benchmarks.Push;

/// <summary>
/// The floor: the rows of the same operations, written to the same tables with their triggers by plain set-based SQL over
/// raw Npgsql, a transaction for each batch. No locks, no rules, no look for what was pushed before, no answers.
/// </summary>
internal static class PushFloor
{
    private static readonly Guid User = Guid.Parse(PushWorkload.UserId);

    /// <summary>Writes operations over some connections at once.</summary>
    /// <returns>Operations a second.</returns>
    public static async Task<double> RunAsync(
        NpgsqlDataSource dataSource,
        PushWorkload workload,
        int connections,
        int operations,
        int batchSize,
        bool withLedger,
        CancellationToken cancellationToken)
    {
        // Made beforehand: what is measured is writing.
        var batches = new Queue<(Operation[] Operations, string[]? Ledger)>(Enumerable.Range(0, operations / batchSize).Select(i =>
        {
            var batch = workload.Next(batchSize, 1 + (i * batchSize));
            return (batch, withLedger ? Array.ConvertAll(batch, JsonFormatter.Default.Format) : null);
        }));
        var device = Guid.CreateVersion7();
        var opened = new List<NpgsqlConnection>();
        for (var i = 0; i < connections; i++)
            opened.Add(await dataSource.OpenConnectionAsync(cancellationToken));
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(opened.Select(connection => Task.Run(() => WriteAsync(connection, batches, device, cancellationToken), cancellationToken)));
        var elapsed = Stopwatch.GetElapsedTime(start);
        foreach (var connection in opened)
            await connection.DisposeAsync();
        return operations / batchSize * batchSize / elapsed.TotalSeconds;
    }

    private static async Task WriteAsync(
        NpgsqlConnection connection, Queue<(Operation[] Operations, string[]? Ledger)> batches, Guid device, CancellationToken cancellationToken)
    {
        while (true)
        {
            (Operation[] Operations, string[]? Ledger) next;
            lock (batches)
            {
                if (!batches.TryDequeue(out next))
                    return;
            }

            var operations = next.Operations;

            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var batch = connection.CreateBatch();
            InsertCustomers(batch, [.. operations.Select(operation => operation.Entity.Customer).OfType<Customer>()]);
            InsertMaterials(batch, [.. Rows(operations, OperationKind.Create).Select(entity => entity.Material).OfType<Material>()]);
            UpdateJobs(batch, [.. operations.Select(operation => operation.Entity.Job).OfType<Job>()]);
            UpdateMaterials(batch, [.. Rows(operations, OperationKind.Update).Select(entity => entity.Material).OfType<Material>()]);
            if (next.Ledger is { } payloads)
                InsertLedger(batch, operations, payloads, device);
            if (batch.BatchCommands.Count > 0)
                await batch.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    private static IEnumerable<Entity> Rows(Operation[] operations, OperationKind kind) =>
        operations.Where(operation => operation.Kind == kind).Select(operation => operation.Entity);

    private static void InsertCustomers(NpgsqlBatch batch, Customer[] rows) => Add(
        batch, rows,
        """
        INSERT INTO customers (id, name, phone, address, updated_by_id)
        SELECT id, name, phone, address, $5 FROM unnest($1, $2, $3, $4) AS r(id, name, phone, address)
        """,
        Uuids(rows.Select(row => row.Id)), Texts(rows.Select(row => row.Name)), Texts(rows.Select(row => row.Phone)),
        Texts(rows.Select(row => row.Address)));

    private static void InsertMaterials(NpgsqlBatch batch, Material[] rows) => Add(
        batch, rows,
        """
        INSERT INTO materials (id, job_id, item_name, quantity, unit, added_by_id, updated_by_id)
        SELECT id, job_id, item_name, quantity, unit, $6, $6 FROM unnest($1, $2, $3, $4, $5) AS r(id, job_id, item_name, quantity, unit)
        """,
        Uuids(rows.Select(row => row.Id)), Uuids(rows.Select(row => row.JobId)), Texts(rows.Select(row => row.ItemName)),
        new NpgsqlParameter
        {
            Value = rows.Select(row => decimal.Parse(row.Quantity, System.Globalization.CultureInfo.InvariantCulture)).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Numeric,
        },
        Texts(rows.Select(row => row.Unit)));

    private static void UpdateJobs(NpgsqlBatch batch, Job[] rows) => Add(
        batch, rows,
        "UPDATE jobs t SET notes = r.notes, updated_by_id = $3 FROM unnest($1, $2) AS r(id, notes) WHERE t.id = r.id",
        Uuids(rows.Select(row => row.Id)), Texts(rows.Select(row => row.Notes)));

    private static void UpdateMaterials(NpgsqlBatch batch, Material[] rows) => Add(
        batch, rows,
        """
        UPDATE materials t SET purchased = true, purchased_by_id = $2, purchased_at = now(), updated_by_id = $2
        FROM unnest($1) AS r(id) WHERE t.id = r.id
        """,
        Uuids(rows.Select(row => row.Id)));

    private static void InsertLedger(NpgsqlBatch batch, Operation[] operations, string[] payloads, Guid device) => Add(
        batch, operations,
        """
        INSERT INTO sync_queue (id, user_id, device_id, operation, entity_type, entity_id, payload, status, client_seq, processed_at)
        SELECT r.id, $8, $7, r.operation, r.entity_type, r.entity_id, r.payload::jsonb, 'completed', r.client_seq, clock_timestamp()
        FROM unnest($1, $2, $3, $4, $5, $6) AS r(id, operation, entity_type, entity_id, payload, client_seq)
        """,
        Uuids(operations.Select(operation => operation.Id)),
        Texts(operations.Select(operation => operation.Kind == OperationKind.Create ? "create" : "update")),
        Texts(operations.Select(operation => EntityKinds.Of(operation.Entity)!.Name)),
        Uuids(operations.Select(operation => EntityKinds.Of(operation.Entity)!.GetId(operation.Entity))),
        Texts(payloads),
        new NpgsqlParameter<long[]> { TypedValue = Array.ConvertAll(operations, operation => operation.ClientSeq) },
        new NpgsqlParameter<Guid> { TypedValue = device });

    private static void Add<T>(NpgsqlBatch batch, T[] rows, string sql, params NpgsqlParameter[] parameters)
    {
        if (rows.Length == 0)
            return;
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = User });
        batch.BatchCommands.Add(command);
    }

    private static NpgsqlParameter Uuids(IEnumerable<string> values) =>
        new NpgsqlParameter<Guid[]> { TypedValue = [.. values.Select(Guid.Parse)] };

    private static NpgsqlParameter Texts(IEnumerable<string> values) => new NpgsqlParameter<string[]> { TypedValue = [.. values] };
}
