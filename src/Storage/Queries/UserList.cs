using KhsCrm.Storage.Deltas;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Queries;

/// <summary>Reads users, of colleagues no more to a worker than their names.</summary>
public sealed class UserList(NpgsqlDataSource dataSource)
{
    /// <summary>Where a page ended: the key of its last row.</summary>
    public sealed record Position(string Name, Guid Id)
    {
        /// <summary>The position of a user.</summary>
        public static Position Of(User last) => new(last.Name, Guid.Parse(last.Id));
    }

    /// <summary>Finds a user, deactivated or not.</summary>
    /// <param name="reader">Who reads.</param>
    /// <param name="readerRole">The reader's role.</param>
    /// <param name="userId">The user.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <returns>The user; null when there is none.</returns>
    public async Task<User?> FindAsync(Guid reader, Role readerRole, Guid userId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"SELECT {EntityTables.Users.SelectList} FROM users t WHERE t.id = $1");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        return (await ReadAllAsync(command, reader, readerRole, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Reads a page, by name.</summary>
    /// <param name="reader">Who reads.</param>
    /// <param name="readerRole">The reader's role.</param>
    /// <param name="role">Only users with this role; unspecified for all.</param>
    /// <param name="includeInactive">Whether deactivated users are listed as well.</param>
    /// <param name="includeServices">Whether the accounts of other services are listed as well.</param>
    /// <param name="after">The end of the page before; null for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<User>> ReadAsync(
        Guid reader,
        Role readerRole,
        Role role,
        bool includeInactive,
        bool includeServices,
        Position? after,
        int limit,
        CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        Write(command, role, includeInactive, includeServices, after, limit);
        return await ReadAllAsync(command, reader, readerRole, cancellationToken);
    }

    internal static void Write(
        NpgsqlCommand command, Role role, bool includeInactive, bool includeServices, Position? after, int limit) =>
        command.CommandText = $"""
            SELECT {EntityTables.Users.SelectList} FROM users t
            WHERE ({command.Add(includeInactive)} OR t.is_active)
                AND ({command.Add(includeServices)} OR NOT t.is_service)
                AND ({command.Add(role == Role.Unspecified ? "" : EnumText.Of(role))} IN ('', t.role))
                AND ({command.Add(after is null)} OR (t.name, t.id) > ({command.Add(after?.Name ?? "")}, {command.Add(after?.Id ?? Guid.Empty)}))
            ORDER BY t.name, t.id LIMIT {command.Add(limit)}
            """;

    private static async Task<IReadOnlyList<User>> ReadAllAsync(
        NpgsqlCommand command, Guid readerId, Role readerRole, CancellationToken cancellationToken)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<User> users = [];
        while (await rows.ReadAsync(cancellationToken))
        {
            var user = EntityTables.Users.ReadRow(rows);
            Redaction.Apply(user, readerId, readerRole);
            users.Add(user);
        }

        return users;
    }
}
