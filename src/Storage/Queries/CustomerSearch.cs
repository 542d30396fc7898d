using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Queries;

/// <summary>
/// Finds customers by the words of name and address, or by the beginning of the phone number: the best match first, and
/// of equals those changed last.
/// </summary>
public sealed class CustomerSearch(NpgsqlDataSource dataSource)
{
    // The very expression of idx_customers_search_gin.
    private const string Words = "to_tsvector('english', t.name || ' ' || coalesce(t.address, ''))";

    /// <summary>Where a page ended: the key of its last match.</summary>
    public sealed record Position(float Rank, DateTime UpdatedAt, Guid Id)
    {
        /// <summary>The position of a match.</summary>
        public static Position Of(CustomerMatch last) =>
            new(last.Rank, last.Customer.UpdatedAt.ToDateTime(), Guid.Parse(last.Customer.Id));
    }

    /// <summary>Reads a page of matches.</summary>
    /// <param name="reader">Who searches: a worker finds the customers of the jobs they are assigned to.</param>
    /// <param name="role">The reader's role.</param>
    /// <param name="query">What the user typed; not blank.</param>
    /// <param name="includeArchived">Whether archived customers are found as well.</param>
    /// <param name="after">The end of the page before; null for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<CustomerMatch>> ReadAsync(
        Guid reader, Role role, string query, bool includeArchived, Position? after, int limit,
        CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        Write(command, ReadScope.WorkerOf(reader, role), query, includeArchived, after, limit);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<CustomerMatch> matches = [];
        while (await rows.ReadAsync(cancellationToken))
        {
            matches.Add(new CustomerMatch
            {
                Rank = rows.GetFloat(0),
                Kind = rows.GetBoolean(1) ? CustomerMatchKind.Phone : CustomerMatchKind.Text,
                Customer = EntityTables.Customers.ReadRow(rows, firstOrdinal: 2),
            });
        }

        return matches;
    }

    internal static void Write(
        NpgsqlCommand command, Guid? worker, string query, bool includeArchived, Position? after, int limit)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(query);
        var words = $"plainto_tsquery('english', {command.Add(query)})";
        var phone = command.Add(SearchText.PrefixPattern(query.Trim()));
        var archived = includeArchived ? "" : "AND NOT t.is_archived";
        var scope = ReadScope.Condition(EntityType.Customer, command, worker);
        var page = after is { } end
            ? $"""
                AND (m.rank, t.updated_at, t.id)
                    < ({command.Add(end.Rank)}, {command.Add(end.UpdatedAt)}, {command.Add(end.Id)})
                """
            : "";
        // 32 scales a rank of any size to below 1, which is a phone number's.
        command.CommandText = $"""
            SELECT m.rank, m.is_phone, {EntityTables.Customers.SelectList}
            FROM customers t
            CROSS JOIN LATERAL (SELECT coalesce(t.phone LIKE {phone}, false) AS is_phone) p
            CROSS JOIN LATERAL (
                SELECT p.is_phone, CASE WHEN p.is_phone THEN 1 ELSE ts_rank({Words}, {words}, 32) END::real AS rank) m
            WHERE ({Words} @@ {words} OR t.phone LIKE {phone}) {archived} AND {scope} {page}
            ORDER BY m.rank DESC, t.updated_at DESC, t.id DESC LIMIT {command.Add(limit)}
            """;
    }
}
