using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Sessions;

/// <summary>A refresh token that was presented, locked until the end of the transaction.</summary>
/// <param name="User">Whose it is.</param>
/// <param name="FamilyId">Its session.</param>
/// <param name="IssuedAt">When it was issued, by the database's clock.</param>
/// <param name="UsedAt">When it was used before; null when this is the first time.</param>
/// <param name="IsAlive">Whether it has not expired and its user is active.</param>
/// <param name="FamilyKey">The key of its session; null for a token that was issued before sessions had one.</param>
internal sealed record HeldToken(
    User User, Guid FamilyId, DateTime IssuedAt, DateTime? UsedAt, bool IsAlive, byte[]? FamilyKey)
{
    /// <summary>Locks a token and marks it as used.</summary>
    /// <returns>The token as it was before; null when it is unknown.</returns>
    public static async Task<HeldToken?> UseAsync(
        NpgsqlConnection connection, string digest, DateTime now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            WITH held AS (SELECT * FROM refresh_tokens WHERE token = $1 FOR UPDATE),
            marked AS (
                UPDATE refresh_tokens r SET used_at = $2 FROM held h
                WHERE r.id = h.id AND h.used_at IS NULL)
            SELECT h.family_id, h.created_at, h.used_at, h.expires_at > $2 AND t.is_active, h.family_key, {EntityTables.Users.SelectList}
            FROM held h JOIN users t ON t.id = h.user_id
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = digest });
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        return new HeldToken(
            EntityTables.Users.ReadRow(reader, firstOrdinal: 5),
            reader.GetGuid(0),
            reader.GetDateTime(1),
            await reader.IsDBNullAsync(2, cancellationToken) ? null : reader.GetDateTime(2),
            reader.GetBoolean(3),
            await reader.IsDBNullAsync(4, cancellationToken) ? null : reader.GetFieldValue<byte[]>(4));
    }

    /// <summary>
    /// Puts the token back in place of its successor, if nobody has used that: its answer may have been lost. The successor
    /// is expired from now on, so whoever presents it after all ends the session, and there is one good token at any time.
    /// </summary>
    /// <returns>Whether the token stands for the session again.</returns>
    public async Task<bool> TrySupersedeAsync(NpgsqlConnection connection, DateTime now, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        // First, so that it waits for a successor that is being used at this moment; the second statement sees the outcome.
        var supersede = new NpgsqlBatchCommand(
            "UPDATE refresh_tokens SET used_at = $2, expires_at = $2 WHERE family_id = $1 AND used_at IS NULL");
        supersede.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = FamilyId });
        supersede.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = now });
        batch.BatchCommands.Add(supersede);
        var look = new NpgsqlBatchCommand(
            """
            SELECT NOT EXISTS (
                SELECT FROM refresh_tokens WHERE family_id = $1 AND created_at > $2 AND used_at < expires_at)
            """);
        look.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = FamilyId });
        look.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = IssuedAt });
        batch.BatchCommands.Add(look);
        return (bool)(await batch.ExecuteScalarAsync(cancellationToken))!;
    }
}
