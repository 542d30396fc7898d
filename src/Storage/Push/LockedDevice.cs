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
    // Below the 0 that an operation of no device has for a number.
    private const long NoOutbox = -1;

    public static async Task<LockedDevice> ReadAsync(
        NpgsqlConnection connection, Actor actor, CancellationToken cancellationToken)
    {
        if (actor.DeviceId is not { } deviceId)
            return await ReadUserAsync(connection, actor.UserId, cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            SELECT d.last_client_seq, u.role, d.user_id = u.id AND d.revoked_at IS NULL, u.is_active
            FROM devices d JOIN users u ON u.id = $2 WHERE d.id = $1 FOR NO KEY UPDATE OF d
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = deviceId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = actor.UserId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken) || !reader.GetBoolean(2))
            return new LockedDevice(0, Role.Unspecified, ErrorReason.DeviceNotYours);
        return new LockedDevice(
            reader.GetInt64(0),
            EnumText.Role(reader.GetString(1)),
            reader.GetBoolean(3) ? null : ErrorReason.NotPermitted);
    }

    // A typed RPC has no outbox: its one operation follows nothing, and is known by its id alone.
    private static async Task<LockedDevice> ReadUserAsync(
        NpgsqlConnection connection, Guid userId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT role FROM users WHERE id = $1 AND is_active", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        return await command.ExecuteScalarAsync(cancellationToken) is string role
            ? new LockedDevice(NoOutbox, EnumText.Role(role), null)
            : new LockedDevice(NoOutbox, Role.Unspecified, ErrorReason.NotPermitted);
    }

    /// <summary>Whether the numbers ascend without gaps, among themselves and after the last one known.</summary>
    public bool Follows(IReadOnlyList<Operation> operations)
    {
        if (LastClientSeq == NoOutbox)
            return true;
        for (var i = 0; i < operations.Count; i++)
        {
            if (operations[i].ClientSeq < 1 || operations[i].ClientSeq != operations[0].ClientSeq + i)
                return false;
        }

        return operations.Count == 0 || operations[0].ClientSeq <= LastClientSeq + 1;
    }
}
