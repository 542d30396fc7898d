using System.Security.Cryptography;
using Google.Protobuf.WellKnownTypes;
using KhsCrm.Storage.Durability;
using KhsCrm.Storage.Queries;
using KhsCrm.Storage.Sessions;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.ServiceAccounts;

/// <summary>
/// The accounts of other services: users without a password, each with a key of which only a digest is stored. Like signing
/// in, and unlike what the group committer writes, none of this is an edit that a device could have made.
/// </summary>
public sealed class ServiceAccountStore(NpgsqlDataSource dataSource, TimeProvider timeProvider)
{
    // Told apart from other secrets, by people and by scanners for leaked ones.
    private const string KeyPrefix = "khs_";

    // 256 bits of chance: nothing to guess, so a fast digest is enough.
    private const int KeyBytes = 32;

    private const string Columns =
        "t.id, t.name, t.role, s.created_by_id, s.created_at, s.expires_at, s.revoked_at, s.last_used_at";

    /// <summary>Where a page ended: the key of its last account.</summary>
    public sealed record Position(DateTime CreatedAt, Guid UserId)
    {
        /// <summary>The position of an account.</summary>
        public static Position Of(ServiceAccount last) => new(last.CreatedAt.ToDateTime(), Guid.Parse(last.UserId));
    }

    /// <summary>Makes an account.</summary>
    /// <param name="actor">The owner who makes it.</param>
    /// <param name="name">The name shown to colleagues.</param>
    /// <param name="role">What it may do.</param>
    /// <param name="expiresAt">When the key stops working; null for never.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    /// <returns>The account, and the key, which is stored nowhere.</returns>
    public async Task<(ServiceAccount Account, string Key)> CreateAsync(
        Guid actor, string name, Role role, DateTime? expiresAt, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        var key = KeyPrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes));
        await using var command = new NpgsqlCommand(
            $"""
            WITH t AS (
                INSERT INTO users (id, email, name, role, is_service, updated_by_id)
                VALUES ($1, $1 || '@service.khscrm.internal', $2, $3, true, $4) RETURNING id, name, role),
            s AS (
                INSERT INTO service_accounts (user_id, key_digest, created_by_id, expires_at)
                SELECT t.id, $5, $4, $6 FROM t RETURNING *)
            SELECT {Columns} FROM s, t
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = EnumText.Of(role) });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = actor });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = SessionStore.Digest(key) });
        command.Parameters.Add(new NpgsqlParameter<DateTime?> { TypedValue = expiresAt });
        return await dataSource.WriteDurablyAsync(
            command,
            async rows =>
            {
                await rows.ReadAsync(cancellationToken);
                return (Read(rows), key);
            },
            cancellationToken);
    }

    /// <summary>Reads a page, those made last first.</summary>
    /// <param name="includeRevoked">Whether revoked accounts are listed as well.</param>
    /// <param name="after">The end of the page before; null for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<ServiceAccount>> ReadAsync(
        bool includeRevoked, Position? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        var revoked = includeRevoked ? "true" : "s.revoked_at IS NULL";
        var page = after is { } end
            ? $"AND (s.created_at, s.user_id) < ({command.Add(end.CreatedAt)}, {command.Add(end.UserId)})"
            : "";
        command.CommandText = $"""
            SELECT {Columns} FROM service_accounts s JOIN users t ON t.id = s.user_id WHERE {revoked} {page}
            ORDER BY s.created_at DESC, s.user_id DESC LIMIT {command.Add(limit)}
            """;
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<ServiceAccount> accounts = [];
        while (await rows.ReadAsync(cancellationToken))
            accounts.Add(Read(rows));
        return accounts;
    }

    /// <summary>Ends an account: its key, its sessions and its user. One that has ended stays as it is.</summary>
    /// <returns>The account; null when there is none.</returns>
    public async Task<ServiceAccount?> RevokeAsync(Guid actor, Guid userId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            WITH s AS (
                UPDATE service_accounts SET revoked_at = coalesce(revoked_at, $3) WHERE user_id = $1 RETURNING *),
            ended AS (DELETE FROM refresh_tokens r USING s WHERE r.user_id = s.user_id),
            shut AS (UPDATE users u SET is_active = false, updated_by_id = $2 FROM s WHERE u.id = s.user_id AND u.is_active)
            SELECT {Columns} FROM s JOIN users t ON t.id = s.user_id
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = actor });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = timeProvider.GetUtcNow().UtcDateTime });
        return await dataSource.WriteDurablyAsync(
            command, async rows => await rows.ReadAsync(cancellationToken) ? Read(rows) : null, cancellationToken);
    }

    /// <summary>Opens a session for the service that has a key.</summary>
    /// <param name="key">What the service sent.</param>
    /// <param name="lifetime">How long the session lasts; a service opens another before that.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    /// <returns>The session, whose refresh token nobody has; null for a key that is unknown, revoked or expired.</returns>
    public async Task<IssuedSession?> OpenSessionAsync(string key, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow().UtcDateTime;
        var (family, expiresAt) = (Guid.CreateVersion7(), now + lifetime);
        await using var command = new NpgsqlCommand(
            $"""
            WITH used AS (
                UPDATE service_accounts s SET last_used_at = $2 FROM users u
                WHERE s.key_digest = $1 AND s.revoked_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > $2)
                    AND u.id = s.user_id AND u.is_active
                RETURNING s.user_id),
            opened AS (
                INSERT INTO refresh_tokens (token, user_id, expires_at, family_id)
                SELECT $3, user_id, $4, $5 FROM used RETURNING user_id)
            SELECT {EntityTables.Users.SelectList} FROM users t JOIN opened o ON o.user_id = t.id
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = SessionStore.Digest(key) });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now });
        // The digest of nothing that anybody has: this session is not refreshed.
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes)) });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = expiresAt });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = family });
        return await dataSource.WriteDurablyAsync(
            command,
            async rows => await rows.ReadAsync(cancellationToken)
                ? new IssuedSession(EntityTables.Users.ReadRow(rows), family, RefreshToken: "", expiresAt)
                : null,
            cancellationToken);
    }

    private static ServiceAccount Read(NpgsqlDataReader rows) => new()
    {
        UserId = rows.GetGuid(0).ToString(),
        Name = rows.GetString(1),
        Role = EnumText.Role(rows.GetString(2)),
        CreatedById = rows.GetGuid(3).ToString(),
        CreatedAt = Timestamp.FromDateTime(rows.GetDateTime(4)),
        ExpiresAt = Time(rows, 5),
        RevokedAt = Time(rows, 6),
        LastUsedAt = Time(rows, 7),
    };

    private static Timestamp? Time(NpgsqlDataReader rows, int ordinal) =>
        rows.IsDBNull(ordinal) ? null : Timestamp.FromDateTime(rows.GetDateTime(ordinal));
}
