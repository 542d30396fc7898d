using System.Diagnostics;
using KhsCrm.V1;
using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Benchmarks.Push;

/// <summary>
/// The floor: the rows of the same operations, written to the same tables with their triggers by plain set-based SQL over
/// raw Npgsql, a transaction for each batch. No rules, no ledger, no numbers, no answers.
/// </summary>
internal static class PushFloor
{
    private static readonly Guid User = Guid.Parse(PushWorkload.UserId);

    /// <summary>Writes operations over some connections at once.</summary>
    /// <returns>Operations a second.</returns>
    public static async Task<double> RunAsync(
        NpgsqlDataSource dataSource, PushWorkload workload, int connections, int operations, int batchSize, CancellationToken cancellationToken)
    {
        // Made beforehand: what is measured is writing.
        var batches = new Queue<Operation[]>(
            Enumerable.Range(0, operations / batchSize).Select(_ => workload.Next(batchSize, 1)));
        var opened = new List<NpgsqlConnection>();
        for (var i = 0; i < connections; i++)
            opened.Add(await dataSource.OpenConnectionAsync(cancellationToken));
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(opened.Select(connection => Task.Run(() => WriteAsync(connection, batches, cancellationToken), cancellationToken)));
        var elapsed = Stopwatch.GetElapsedTime(start);
        foreach (var connection in opened)
            await connection.DisposeAsync();
        return operations / batchSize * batchSize / elapsed.TotalSeconds;
    }

    private static async Task WriteAsync(NpgsqlConnection connection, Queue<Operation[]> batches, CancellationToken cancellationToken)
    {
        while (true)
        {
            Operation[]? operations;
            lock (batches)
            {
                if (!batches.TryDequeue(out operations))
                    return;
            }

            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var batch = connection.CreateBatch();
            InsertCustomers(batch, [.. operations.Select(operation => operation.Entity.Customer).OfType<Customer>()]);
            InsertMaterials(batch, [.. Rows(operations, OperationKind.Create).Select(entity => entity.Material).OfType<Material>()]);
            UpdateJobs(batch, [.. operations.Select(operation => operation.Entity.Job).OfType<Job>()]);
            UpdateMaterials(batch, [.. Rows(operations, OperationKind.Update).Select(entity => entity.Material).OfType<Material>()]);
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
