using System.Security.Cryptography;
using System.Text;
using KhsCrm.Storage.Durability;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Microsoft.Extensions.Options;
using Npgsql;

namespace KhsCrm.Storage.Sessions;

/// <summary>Signs users in and out. Refresh tokens are stored as their SHA-256 and rotate on use (DESIGN §9.6).</summary>
public sealed class SessionStore(
    NpgsqlDataSource dataSource, PasswordHasher hasher, IOptions<SignInOptions> options, TimeProvider timeProvider)
{
    /// <summary>Signs in with e-mail address and password.</summary>
    /// <returns>The new session; null when the two do not fit together or the user is deactivated.</returns>
    public async Task<IssuedSession?> SignInAsync(string email, string password, CancellationToken cancellationToken)
    {
        // Twice at most: another sign-in may store the same password under a new hash between our look and our write.
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var (user, hash) = await FindUserAsync(email, cancellationToken);
            // bcrypt takes a core for tens of milliseconds: not on the thread that serves the call.
            var isRight = await Task.Run(() => hasher.Verify(password, hash), cancellationToken);
            if (!isRight || user is not { IsActive: true })
                return null;
            var newHash = hasher.IsOutdated(hash!) ? await Task.Run(() => hasher.Hash(password), cancellationToken) : hash!;
            if (await OpenAsync(Guid.Parse(user.Id), hash!, newHash, cancellationToken) is { } session)
                return session;
        }

        return null;
    }

    /// <summary>
    /// Trades a refresh token for the next one. A token that was traded before ends the whole session: it was stolen; unless
    /// the answer may just have been lost (ADR 14).
    /// </summary>
    /// <returns>The session with its new token; null when the token is no good.</returns>
    public async Task<IssuedSession?> RefreshAsync(string refreshToken, CancellationToken cancellationToken)
    {
        var now = timeProvider.GetUtcNow().UtcDateTime;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginDurableTransactionAsync(cancellationToken);
        if (await HeldToken.UseAsync(connection, Digest(refreshToken), now, cancellationToken) is not { } token)
        {
            if (await FormerTokens.FindFamilyAsync(connection, refreshToken, cancellationToken) is { } family)
            {
                await EndFamilyAsync(connection, family, cancellationToken);
                await transaction.CommitDurablyAsync();
            }

            return null;
        }

        var isGood = token.IsAlive
            && (token.UsedAt is not { } usedAt
                || (now - usedAt <= options.Value.LostAnswerGrace
                    && await token.TrySupersedeAsync(connection, now, cancellationToken)));
        if (!isGood)
            await EndFamilyAsync(connection, token.FamilyId, cancellationToken);
        var session = isGood
            ? await IssueAsync(connection, token.User, token.FamilyId, cancellationToken, token.FamilyKey)
            : null;
        await FormerTokens.ForgetAsync(connection, token.FamilyId, now - options.Value.LostAnswerGrace, cancellationToken);
        await transaction.CommitDurablyAsync();
        return session;
    }

    /// <summary>Ends the session of a refresh token, if it has not ended.</summary>
    /// <returns>Whose session it was, and which; null when there was none.</returns>
    public async Task<(Guid UserId, Guid FamilyId)?> SignOutAsync(string refreshToken, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            DELETE FROM refresh_tokens WHERE family_id = (SELECT family_id FROM refresh_tokens WHERE token = $1)
            RETURNING user_id, family_id
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Digest(refreshToken) });
        return await dataSource.WriteDurablyAsync<(Guid, Guid)?>(
            command,
            async reader => await reader.ReadAsync(cancellationToken) ? (reader.GetGuid(0), reader.GetGuid(1)) : null,
            cancellationToken);
    }

    /// <summary>Gives a user another password and ends all their sessions.</summary>
    /// <returns>Whether there is such a user.</returns>
    /// <exception cref="ArgumentException">The password is longer than bcrypt reads.</exception>
    public async Task<bool> SetPasswordAsync(string email, string password, CancellationToken cancellationToken)
    {
        var hash = await Task.Run(() => hasher.Hash(password), cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            WITH changed AS (UPDATE users SET password_hash = $2 WHERE lower(email) = lower($1) AND NOT is_service RETURNING id),
            ended AS (DELETE FROM refresh_tokens WHERE user_id IN (SELECT id FROM changed))
            SELECT count(*) FROM changed
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = email });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = hash });
        return await dataSource.WriteDurablyAsync(
            command,
            async reader => await reader.ReadAsync(cancellationToken) && reader.GetInt64(0) > 0,
            cancellationToken);
    }

    private async Task<(User? User, string? Hash)> FindUserAsync(string email, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            $"SELECT t.password_hash, {EntityTables.Users.SelectList} FROM users t WHERE lower(t.email) = lower($1)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = email.Replace("\0", "", StringComparison.Ordinal) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (EntityTables.Users.ReadRow(reader, firstOrdinal: 1), reader.GetString(0))
            : (null, null);
    }

    // Only over the password that was verified: one that was changed meanwhile opens nothing any more.
    private async Task<IssuedSession?> OpenAsync(
        Guid userId, string hash, string newHash, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginDurableTransactionAsync(cancellationToken);
        await using var login = new NpgsqlCommand(
            $"""
            UPDATE users t SET last_login_at = $2, password_hash = $4, updated_by_id = id
            WHERE id = $1 AND is_active AND password_hash = $3 RETURNING {EntityTables.Users.SelectList}
            """,
            connection);
        login.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        login.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = timeProvider.GetUtcNow().UtcDateTime });
        login.Parameters.Add(new NpgsqlParameter<string> { TypedValue = hash });
        login.Parameters.Add(new NpgsqlParameter<string> { TypedValue = newHash });
        User user;
        await using (var reader = await login.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
                return null;
            user = EntityTables.Users.ReadRow(reader);
        }

        var session = await IssueAsync(connection, user, Guid.CreateVersion7(), cancellationToken);
        await transaction.CommitDurablyAsync();
        return session;
    }

    /// <summary>Gives a session its next token; one without a key gets a key.</summary>
    internal async Task<IssuedSession> IssueAsync(
        NpgsqlConnection connection, User user, Guid familyId, CancellationToken cancellationToken, byte[]? familyKey = null)
    {
        familyKey ??= TokenFamily.NewKey();
        var token = TokenFamily.Issue(familyId, familyKey);
        var expiresAt = timeProvider.GetUtcNow().UtcDateTime + options.Value.RefreshTokenLifetime;
        await using var command = new NpgsqlCommand(
            "INSERT INTO refresh_tokens (token, user_id, expires_at, family_id, family_key) VALUES ($1, $2, $3, $4, $5)", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Digest(token) });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = Guid.Parse(user.Id) });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = expiresAt });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = familyId });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = familyKey });
        await command.ExecuteNonQueryAsync(cancellationToken);
        return new IssuedSession(user, familyId, token, expiresAt);
    }

    private static async Task EndFamilyAsync(
        NpgsqlConnection connection, Guid familyId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("DELETE FROM refresh_tokens WHERE family_id = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = familyId });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    internal static string Digest(string token) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
