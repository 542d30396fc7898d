using KhsCrm.Contracts.Entities;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Queries;

/// <summary>Finds rows by their ids. To a worker a row outside of their scope does not exist.</summary>
public sealed class RowFinder(NpgsqlDataSource dataSource)
{
    /// <summary>Finds a row.</summary>
    /// <param name="reader">Who reads.</param>
    /// <param name="role">The reader's role.</param>
    /// <param name="type">The kind of row.</param>
    /// <param name="id">The row.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <returns>The row; null when there is none that the reader may see.</returns>
    public async Task<Entity?> FindAsync(
        Guid reader, Role role, EntityType type, Guid id, CancellationToken cancellationToken) =>
        (await FindAsync(reader, role, type, [id], cancellationToken)).SingleOrDefault();

    /// <summary>Finds rows of one kind, in no order; those that the reader may not see are left out.</summary>
    /// <inheritdoc cref="FindAsync(Guid, Role, EntityType, Guid, CancellationToken)"/>
    public async Task<IReadOnlyList<Entity>> FindAsync(
        Guid reader, Role role, EntityType type, IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        var table = EntityTables.Of(EntityKinds.Of(type)!);
        Write(command, type, ReadScope.WorkerOf(reader, role), ids);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<Entity> found = [];
        while (await rows.ReadAsync(cancellationToken))
            found.Add(table.Read(rows));
        return found;
    }

    internal static void Write(NpgsqlCommand command, EntityType type, Guid? worker, IReadOnlyCollection<Guid> ids)
    {
        var table = EntityTables.Of(EntityKinds.Of(type)!);
        command.CommandText = $"""
            SELECT {table.SelectList} FROM {table.Name} t
            WHERE t.id = ANY({command.Add(ids.ToArray())}) AND {ReadScope.Condition(type, command, worker)}
            """;
    }

    /// <summary>Finds the assignment of a user to a job; null when there is none.</summary>
    public async Task<JobAssignment?> FindAssignmentAsync(Guid job, Guid user, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        command.CommandText = $"""
            SELECT {EntityTables.JobAssignments.SelectList} FROM job_assignments t
            WHERE t.job_id = {command.Add(job)} AND t.user_id = {command.Add(user)}
            """;
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? EntityTables.JobAssignments.ReadRow(rows) : null;
    }
}
