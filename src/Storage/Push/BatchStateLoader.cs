using KhsCrm.Contracts.Kinds;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Storage.Push;

/// <summary>
/// Loads what the planning of a batch needs in one round trip. The rows to be written are locked, table by table in a
/// fixed order and by id, so that two batches never wait for each other in a circle.
/// </summary>
internal static class BatchStateLoader
{
    public static async Task<BatchState> LoadAsync(
        NpgsqlConnection connection, Actor actor, IReadOnlyList<PlannedOperation> operations, CancellationToken cancellationToken)
    {
        var written = new HashSet<(EntityType Type, Guid Id)>();
        var read = new HashSet<(EntityType Type, Guid Id)>();
        foreach (var operation in operations.Where(operation => !operation.IsRejected))
            CollectIds(operation.Operation.Entity, written, read);
        read.ExceptWith(written);

        await using var batch = connection.CreateBatch();
        var readers = new List<Func<NpgsqlDataReader, BatchState, bool>>();
        AddRows(batch, readers, written, "ORDER BY t.id FOR NO KEY UPDATE");
        if (written.Any(row => row.Type == EntityType.User))
            AddOwnersAndEmails(batch, readers, operations);
        AddRows(batch, readers, read, "");
        AddTombstones(batch, readers, written);
        AddAssignments(batch, readers, [.. written.Concat(read).Where(row => row.Type == EntityType.Job).Select(row => row.Id)]);
        // A worker may write a material of a job they are assigned to: which job, only the material's row says.
        AddAssignmentsOfMaterials(batch, readers, actor, written);

        var state = new BatchState();
        if (batch.BatchCommands.Count == 0)
            return state;
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        foreach (var readRow in readers)
        {
            while (await reader.ReadAsync(cancellationToken))
                readRow(reader, state);
            await reader.NextResultAsync(cancellationToken);
        }

        return state;
    }

    private static void CollectIds(
        Entity entity, HashSet<(EntityType Type, Guid Id)> written, HashSet<(EntityType Type, Guid Id)> read)
    {
        var kind = EntityKinds.Of(entity)!;
        written.Add((kind.Type, Guid.Parse(kind.GetId(entity))));
        Reference(EntityType.Customer, entity.Job?.CustomerId);
        Reference(EntityType.Job, entity.JobAssignment?.JobId);
        Reference(EntityType.User, entity.JobAssignment?.UserId);
        Reference(EntityType.Job, entity.Material?.JobId);

        void Reference(EntityType type, string? id)
        {
            if (Guid.TryParse(id, out var guid))
                read.Add((type, guid));
        }
    }

    private static void AddRows(
        NpgsqlBatch batch,
        List<Func<NpgsqlDataReader, BatchState, bool>> readers,
        HashSet<(EntityType Type, Guid Id)> rows,
        string suffix)
    {
        foreach (var group in rows.GroupBy(row => row.Type).OrderBy(group => group.Key))
        {
            var table = EntityTables.Of(EntityKinds.Of(group.Key)!);
            batch.BatchCommands.Add(Command(
                $"SELECT {table.SelectList} FROM {table.Name} t WHERE t.id = ANY($1) {suffix}",
                Ids(group.Select(row => row.Id))));
            readers.Add((reader, state) =>
            {
                state.Set(table, reader.GetGuid(0), table.Read(reader));
                return true;
            });
        }
    }

    private static void AddOwnersAndEmails(
        NpgsqlBatch batch, List<Func<NpgsqlDataReader, BatchState, bool>> readers, IReadOnlyList<PlannedOperation> operations)
    {
        var emails = operations.Where(planned => !planned.IsRejected)
            .Select(planned => planned.Operation.Entity.User?.Email?.ToLowerInvariant())
            .OfType<string>().Distinct().ToArray();
        batch.BatchCommands.Add(Command(
            $"""
            SELECT {EntityTables.Users.SelectList} FROM users t
            WHERE (t.role = 'OWNER' AND t.is_active AND NOT t.is_service) OR lower(t.email) = ANY($1)
            ORDER BY t.id FOR NO KEY UPDATE
            """,
            new NpgsqlParameter { Value = emails, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text }));
        readers.Add((reader, state) =>
        {
            state.Set(EntityTables.Users, reader.GetGuid(0), EntityTables.Users.Read(reader));
            return true;
        });
    }

    private static void AddTombstones(
        NpgsqlBatch batch,
        List<Func<NpgsqlDataReader, BatchState, bool>> readers,
        HashSet<(EntityType Type, Guid Id)> written)
    {
        if (written.Count == 0)
            return;
        batch.BatchCommands.Add(Command(
            "SELECT entity_type, entity_id FROM tombstones WHERE entity_id = ANY($1) AND entity_type <> 'job_customer'",
            Ids(written.Select(row => row.Id))));
        readers.Add((reader, state) =>
        {
            state.AddTombstone(EntityKinds.Of(reader.GetString(0))!.Type, reader.GetGuid(1));
            return true;
        });
    }

    private static void AddAssignments(
        NpgsqlBatch batch, List<Func<NpgsqlDataReader, BatchState, bool>> readers, Guid[] jobIds)
    {
        if (jobIds.Length == 0)
            return;
        batch.BatchCommands.Add(Command(
            "SELECT job_id, user_id FROM job_assignments WHERE job_id = ANY($1)", Ids(jobIds)));
        readers.Add(ReadAssignment);
    }

    private static void AddAssignmentsOfMaterials(
        NpgsqlBatch batch,
        List<Func<NpgsqlDataReader, BatchState, bool>> readers,
        Actor actor,
        HashSet<(EntityType Type, Guid Id)> written)
    {
        var materials = written.Where(row => row.Type == EntityType.Material).Select(row => row.Id).ToArray();
        if (materials.Length == 0 || actor.Role == Role.Owner)
            return;
        var command = Command(
            """
            SELECT a.job_id, a.user_id FROM job_assignments a
            WHERE a.user_id = $2 AND a.job_id IN (SELECT m.job_id FROM materials m WHERE m.id = ANY($1))
            """,
            Ids(materials));
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = actor.UserId });
        batch.BatchCommands.Add(command);
        readers.Add(ReadAssignment);
    }

    private static bool ReadAssignment(NpgsqlDataReader reader, BatchState state)
    {
        state.AddAssignment(reader.GetGuid(0), reader.GetGuid(1));
        return true;
    }

    private static NpgsqlBatchCommand Command(string sql, NpgsqlParameter parameter) =>
        new(sql) { Parameters = { parameter } };

    private static NpgsqlParameter<Guid[]> Ids(IEnumerable<Guid> ids) => new() { TypedValue = [.. ids] };
}
