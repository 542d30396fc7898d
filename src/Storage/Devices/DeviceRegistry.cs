using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Storage.Devices;

/// <summary>The installations that sync.</summary>
public sealed class DeviceRegistry(NpgsqlDataSource dataSource)
{
    /// <summary>Registers a device, or greets one that is known.</summary>
    /// <param name="hello">The device.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <returns>What is known of it; null when the device is another user's.</returns>
    public async Task<DeviceGreeting?> GreetAsync(DeviceHello hello, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            INSERT INTO devices (id, user_id, session_id, app_version, wipe_proof)
            SELECT $1, $2, $3, $4, $5
            WHERE (SELECT r.revoked_at FROM devices r WHERE r.session_id = $3 ORDER BY r.created_at DESC LIMIT 1) IS NULL
            ON CONFLICT (id) DO UPDATE
                SET app_version = coalesce(nullif(excluded.app_version, ''), devices.app_version), last_seen_at = clock_timestamp(),
                    session_id = coalesce(excluded.session_id, devices.session_id),
                    wipe_proof = coalesce(devices.wipe_proof, excluded.wipe_proof)
                WHERE devices.user_id = excluded.user_id AND devices.revoked_at IS NULL
            RETURNING last_client_seq, (SELECT role FROM users u WHERE u.id = devices.user_id AND u.is_active), wipe_proof
            """);
        Add(command, hello);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = hello.AppVersion });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)hello.WipeProof ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return await FindShutOutAsync(hello, cancellationToken);
        return new DeviceGreeting(
            reader.GetInt64(0),
            reader.IsDBNull(1) ? Role.Unspecified : EnumText.Role(reader.GetString(1)),
            reader.IsDBNull(2) ? null : reader.GetFieldValue<byte[]>(2));
    }

    // A device that is to be wiped is shown its proof. One that has another id only shares the session: it is shown nothing.
    private async Task<DeviceGreeting?> FindShutOutAsync(DeviceHello hello, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT CASE WHEN id = $1 AND is_wiped THEN wipe_proof END FROM devices
            WHERE revoked_at IS NOT NULL AND user_id = $2 AND (id = $1 OR session_id = $3) ORDER BY id = $1 DESC LIMIT 1
            """);
        Add(command, hello);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        return new DeviceGreeting(0, Role.Unspecified, reader.IsDBNull(0) ? null : reader.GetFieldValue<byte[]>(0)) { IsRevoked = true };
    }

    private static void Add(NpgsqlCommand command, DeviceHello hello)
    {
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = hello.DeviceId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = hello.UserId });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)hello.SessionId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
    }
}
