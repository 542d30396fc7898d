using KhsCrm.Storage.Durability;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Microsoft.Extensions.Options;
using Npgsql;

namespace KhsCrm.Storage.Devices;

/// <summary>The installations that sync.</summary>
public sealed class DeviceRegistry(NpgsqlDataSource dataSource, IOptions<DeviceOptions>? options = null)
{
    private readonly int _perUser = (options?.Value ?? new DeviceOptions()).PerUser;

    /// <summary>Registers a device, or greets one that is known.</summary>
    /// <param name="deviceId">The id that the installation chose.</param>
    /// <param name="userId">The signed-in user.</param>
    /// <param name="appVersion">The app and its version; empty for a caller that does not say.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <returns>What is known of it; null when the device is another user's, or revoked.</returns>
    /// <exception cref="DeviceLimitException">The device is new, and the user has too many.</exception>
    public async Task<DeviceGreeting?> GreetAsync(
        Guid deviceId, Guid userId, string appVersion, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        // Both statements are one transaction.
        batch.BatchCommands.Add(new(DurableTransaction.Raise));
        batch.BatchCommands.Add(new(
            """
            WITH known AS (SELECT EXISTS (SELECT FROM devices WHERE id = $1) AS is_known)
            INSERT INTO devices (id, user_id, app_version)
            SELECT $1, $2, $3 FROM known
            WHERE is_known OR (SELECT count(*) FROM devices WHERE user_id = $2) < $4
            ON CONFLICT (id) DO UPDATE
                SET app_version = coalesce(nullif(excluded.app_version, ''), devices.app_version), last_seen_at = clock_timestamp()
                WHERE devices.user_id = excluded.user_id AND devices.revoked_at IS NULL
            RETURNING last_client_seq, (SELECT role FROM users u WHERE u.id = devices.user_id AND u.is_active)
            """)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = deviceId },
                new NpgsqlParameter<Guid> { TypedValue = userId },
                new NpgsqlParameter<string> { TypedValue = appVersion },
                new NpgsqlParameter<int> { TypedValue = _perUser },
            },
        });
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.NextResultAsync(cancellationToken);
            if (await reader.ReadAsync(cancellationToken))
            {
                return new DeviceGreeting(
                    reader.GetInt64(0), reader.IsDBNull(1) ? Role.Unspecified : EnumText.Role(reader.GetString(1)));
            }
        }

        if (!await IsKnownAsync(deviceId, cancellationToken))
            throw new DeviceLimitException(_perUser);
        return null;
    }

    private async Task<bool> IsKnownAsync(Guid deviceId, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("SELECT EXISTS (SELECT FROM devices WHERE id = $1)");
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = deviceId });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
