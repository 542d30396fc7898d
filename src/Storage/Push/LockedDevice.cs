using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Push;

/// <summary>The device whose outbox is taken, locked: two streams of one device take turns.</summary>
/// <param name="LastClientSeq">Its last operation with a result.</param>
/// <param name="Role">The role of its user, as the database knows it now.</param>
/// <param name="Refusal">Why it may not push; null when it may.</param>
internal sealed record LockedDevice(long LastClientSeq, Role Role, ErrorReason? Refusal)
{
    public static async Task<LockedDevice> ReadAsync(
        NpgsqlConnection connection, Actor actor, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT d.last_client_seq, u.role, d.user_id = u.id AND d.revoked_at IS NULL, u.is_active
            FROM devices d JOIN users u ON u.id = $2 WHERE d.id = $1 FOR NO KEY UPDATE OF d
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = actor.DeviceId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = actor.UserId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken) || !reader.GetBoolean(2))
            return new LockedDevice(0, Role.Unspecified, ErrorReason.DeviceNotYours);
        return new LockedDevice(
            reader.GetInt64(0),
            EnumText.Role(reader.GetString(1)),
            reader.GetBoolean(3) ? null : ErrorReason.NotPermitted);
    }

    /// <summary>Whether the numbers ascend without gaps, among themselves and after the last one known.</summary>
    public bool Follows(IReadOnlyList<Operation> operations)
    {
        for (var i = 0; i < operations.Count; i++)
        {
            if (operations[i].ClientSeq < 1 || operations[i].ClientSeq != operations[0].ClientSeq + i)
                return false;
        }

        return operations.Count == 0 || operations[0].ClientSeq <= LastClientSeq + 1;
    }
}
