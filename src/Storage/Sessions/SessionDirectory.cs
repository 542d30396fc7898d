using Google.Protobuf.WellKnownTypes;
using KhsCrm.Storage.Durability;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Sessions;

/// <summary>The sessions that have not ended.</summary>
public sealed class SessionDirectory(NpgsqlDataSource dataSource, TimeProvider timeProvider)
{
    /// <summary>The role of a session's user as it is now; unspecified when the session has ended or the user is deactivated.</summary>
    public async Task<Role> FindRoleAsync(Guid userId, Guid familyId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT u.role FROM users u WHERE u.id = $1 AND u.is_active
                AND EXISTS (SELECT FROM refresh_tokens r WHERE r.family_id = $2 AND r.user_id = u.id)
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = familyId });
        return await command.ExecuteScalarAsync(cancellationToken) is string role ? EnumText.Role(role) : Role.Unspecified;
    }

    /// <summary>Whose refresh token it is; null for none that is known.</summary>
    public async Task<Guid?> FindUserAsync(string refreshToken, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT user_id FROM refresh_tokens WHERE token = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = SessionStore.Digest(refreshToken) });
        return await command.ExecuteScalarAsync(cancellationToken) as Guid?;
    }

    /// <summary>Lists a user's sessions, newest first: each as its current token, which is not shown.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="current">The session that asks.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<RefreshToken>> ListAsync(Guid userId, Guid current, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT id, family_id, created_at, expires_at FROM refresh_tokens
            WHERE user_id = $1 AND used_at IS NULL AND expires_at > $2 ORDER BY created_at DESC, id
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = timeProvider.GetUtcNow().UtcDateTime });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        List<RefreshToken> sessions = [];
        while (await reader.ReadAsync(cancellationToken))
        {
            sessions.Add(new RefreshToken
            {
                Id = reader.GetGuid(0).ToString(),
                UserId = userId.ToString(),
                FamilyId = reader.GetGuid(1).ToString(),
                CreatedAt = Timestamp.FromDateTime(reader.GetDateTime(2)),
                ExpiresAt = Timestamp.FromDateTime(reader.GetDateTime(3)),
                IsCurrent = reader.GetGuid(1) == current,
            });
        }

        return sessions;
    }

    /// <summary>Ends a session of a user.</summary>
    /// <returns>Whether the user had it.</returns>
    public async Task<bool> EndAsync(Guid userId, Guid familyId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "DELETE FROM refresh_tokens WHERE user_id = $1 AND family_id = $2 RETURNING true");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = familyId });
        return await dataSource.WriteDurablyAsync(command, reader => reader.ReadAsync(cancellationToken), cancellationToken);
    }
}
