using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Sessions;

/// <summary>Gives users other passwords. What was signed in with the old one ends in the same transaction.</summary>
public sealed class PasswordChange(NpgsqlDataSource dataSource, PasswordHasher hasher, SessionStore sessions)
{
    /// <summary>Changes a user's own password; the session that asks goes on with new tokens, all others end.</summary>
    /// <returns>The session; null when the current password is wrong.</returns>
    public async Task<IssuedSession?> ChangeAsync(
        Guid userId, Guid familyId, string currentPassword, string newPassword, CancellationToken cancellationToken)
    {
        var oldHash = await ReadHashAsync(userId, cancellationToken);
        if (!await Task.Run(() => hasher.Verify(currentPassword, oldHash), cancellationToken))
            return null;
        var newHash = await Task.Run(() => hasher.Hash(newPassword), cancellationToken);

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Only over the password that was checked: another change meanwhile goes first.
        var user = await SetAsync(connection, userId, userId, newHash, oldHash, cancellationToken);
        if (user is not { IsActive: true })
            return null;
        await EndAllAsync(connection, userId, cancellationToken);
        var session = await sessions.IssueAsync(connection, user, familyId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return session;
    }

    /// <summary>Whether a password is the one that an active user signs in with.</summary>
    public async Task<bool> IsPasswordAsync(Guid userId, string password, CancellationToken cancellationToken)
    {
        var hash = await ReadHashAsync(userId, cancellationToken);
        return await Task.Run(() => hasher.Verify(password, hash), cancellationToken);
    }

    /// <summary>Sets a user's password without the old one, and ends all their sessions.</summary>
    /// <returns>How many sessions ended; null when there is no such user.</returns>
    public async Task<int?> ResetAsync(Guid actorId, Guid userId, string newPassword, CancellationToken cancellationToken)
    {
        var hash = await Task.Run(() => hasher.Hash(newPassword), cancellationToken);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await SetAsync(connection, actorId, userId, hash, oldHash: null, cancellationToken) is null)
            return null;
        var ended = await EndAllAsync(connection, userId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return ended;
    }

    private async Task<string?> ReadHashAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT password_hash FROM users WHERE id = $1 AND is_active");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    private static async Task<User?> SetAsync(
        NpgsqlConnection connection, Guid actorId, Guid userId, string hash, string? oldHash, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            UPDATE users t SET password_hash = $2, updated_by_id = $3
            WHERE t.id = $1 AND NOT t.is_service AND ($4::text IS NULL OR t.password_hash = $4) RETURNING {EntityTables.Users.SelectList}
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = hash });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = actorId });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = oldHash });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? EntityTables.Users.ReadRow(reader) : null;
    }

    private static async Task<int> EndAllAsync(NpgsqlConnection connection, Guid userId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            WITH ended AS (DELETE FROM refresh_tokens WHERE user_id = $1 RETURNING family_id)
            SELECT count(DISTINCT family_id)::int FROM ended
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
