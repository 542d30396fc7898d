using Npgsql;

namespace KhsCrm.Storage.Sessions;

/// <summary>
/// Tokens that were traded long ago. Their rows are deleted, so a session has a few rows however often it is renewed; the
/// tokens are recognised by the key of their session.
/// </summary>
internal static class FormerTokens
{
    /// <summary>Deletes the rows of a session's tokens that were used before a time and can be recognised without.</summary>
    public static async Task ForgetAsync(
        NpgsqlConnection connection, Guid familyId, DateTime usedBefore, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "DELETE FROM refresh_tokens WHERE family_id = $1 AND used_at < $2 AND family_key IS NOT NULL", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = familyId });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = usedBefore });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The session that a token without a row was once of; null for a token that nobody issued.</summary>
    public static async Task<Guid?> FindFamilyAsync(NpgsqlConnection connection, string token, CancellationToken cancellationToken)
    {
        if (TokenFamily.FamilyOf(token) is not { } family)
            return null;
        await using var command = new NpgsqlCommand(
            "SELECT family_key FROM refresh_tokens WHERE family_id = $1 AND family_key IS NOT NULL LIMIT 1", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = family });
        return await command.ExecuteScalarAsync(cancellationToken) is byte[] key && TokenFamily.IsOf(token, key) ? family : null;
    }
}
