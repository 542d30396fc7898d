using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Devices;

/// <summary>The installations that sync.</summary>
public sealed class DeviceRegistry(NpgsqlDataSource dataSource)
{
    /// <summary>Registers a device, or greets one that is known.</summary>
    /// <param name="deviceId">The id that the installation chose.</param>
    /// <param name="userId">The signed-in user.</param>
    /// <param name="appVersion">The app and its version; empty for a caller that does not say.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <returns>What is known of it; null when the device is another user's, or revoked.</returns>
    public async Task<DeviceGreeting?> GreetAsync(
        Guid deviceId, Guid userId, string appVersion, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            INSERT INTO devices (id, user_id, app_version) VALUES ($1, $2, $3)
            ON CONFLICT (id) DO UPDATE
                SET app_version = coalesce(nullif(excluded.app_version, ''), devices.app_version), last_seen_at = clock_timestamp()
                WHERE devices.user_id = excluded.user_id AND devices.revoked_at IS NULL
            RETURNING last_client_seq, (SELECT role FROM users u WHERE u.id = devices.user_id AND u.is_active)
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = deviceId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = appVersion });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        return new DeviceGreeting(
            reader.GetInt64(0), reader.IsDBNull(1) ? Role.Unspecified : EnumText.Role(reader.GetString(1)));
    }
}
