using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Queries;

/// <summary>Lists customers, those changed last first.</summary>
public sealed class CustomerList(NpgsqlDataSource dataSource)
{
    /// <summary>Where a page ended: the key of its last row.</summary>
    public sealed record Position(DateTime UpdatedAt, Guid Id)
    {
        /// <summary>The position of a customer.</summary>
        public static Position Of(Customer last) => new(last.UpdatedAt.ToDateTime(), Guid.Parse(last.Id));
    }

    /// <summary>Reads a page.</summary>
    /// <param name="reader">Who reads: a worker sees the customers of the jobs they are assigned to.</param>
    /// <param name="role">The reader's role.</param>
    /// <param name="includeArchived">Whether archived customers are listed as well.</param>
    /// <param name="after">The end of the page before; null for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<Customer>> ReadAsync(
        Guid reader, Role role, bool includeArchived, Position? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        Write(command, ReadScope.WorkerOf(reader, role), includeArchived, after, limit);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<Customer> customers = [];
        while (await rows.ReadAsync(cancellationToken))
            customers.Add(EntityTables.Customers.ReadRow(rows));
        return customers;
    }

    internal static void Write(NpgsqlCommand command, Guid? worker, bool includeArchived, Position? after, int limit)
    {
        var archived = includeArchived ? "" : "AND NOT t.is_archived";
        var scope = ReadScope.Condition(EntityType.Customer, command, worker);
        var page = after is { } end
            ? $"AND (t.updated_at, t.id) < ({command.Add(end.UpdatedAt)}, {command.Add(end.Id)})"
            : "";
        command.CommandText = $"""
            SELECT {EntityTables.Customers.SelectList} FROM customers t WHERE {scope} {archived} {page}
            ORDER BY t.updated_at DESC, t.id DESC LIMIT {command.Add(limit)}
            """;
    }
}
