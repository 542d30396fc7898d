using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Queries;

/// <summary>Lists customers, those changed last first.</summary>
public sealed class CustomerList(NpgsqlDataSource dataSource)
{
    /// <summary>Where a page ended: the key of its last row.</summary>
    public sealed record Position(DateTime UpdatedAt, Guid Id);

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
        await using var command = dataSource.CreateCommand(
            $"""
            SELECT {EntityTables.Customers.SelectList} FROM customers t
            WHERE ($1 OR NOT t.is_archived)
                AND ($2::timestamptz IS NULL OR (t.updated_at, t.id) < ($2, $3))
                AND ($4::uuid IS NULL OR EXISTS (
                    SELECT FROM job_assignments a JOIN jobs j ON j.id = a.job_id
                    WHERE a.user_id = $4 AND j.customer_id = t.id))
            ORDER BY t.updated_at DESC, t.id DESC LIMIT $5
            """);
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = includeArchived });
        command.Parameters.Add(new NpgsqlParameter<DateTime?> { TypedValue = after?.UpdatedAt });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after?.Id ?? Guid.Empty });
        command.Parameters.Add(new NpgsqlParameter<Guid?> { TypedValue = role == Role.Owner ? null : reader });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<Customer> customers = [];
        while (await rows.ReadAsync(cancellationToken))
            customers.Add(EntityTables.Customers.ReadRow(rows));
        return customers;
    }
}
