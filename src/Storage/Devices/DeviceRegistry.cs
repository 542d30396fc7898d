using KhsCrm.Storage.Durability;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Storage.Devices;

/// <summary>The installations that sync.</summary>
public sealed class DeviceRegistry(NpgsqlDataSource dataSource, IOptions<DeviceOptions>? options = null)
{
    private readonly int _perUser = (options?.Value ?? new DeviceOptions()).PerUser;

    /// <summary>Registers a device, or greets one that is known.</summary>
    /// <param name="hello">The device.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    /// <returns>What is known of it; null when the device is another user's.</returns>
    /// <exception cref="DeviceLimitException">The device is new, and the user has too many.</exception>
    public async Task<DeviceGreeting?> GreetAsync(DeviceHello hello, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        // All statements are one transaction.
        batch.BatchCommands.Add(new(DurableTransaction.Raise));
        batch.BatchCommands.Add(LockIfNew(hello));
        batch.BatchCommands.Add(Register(hello));
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
        {
            await reader.NextResultAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            if (await reader.ReadAsync(cancellationToken))
            {
                return new DeviceGreeting(
                    reader.GetInt64(0),
                    reader.IsDBNull(1) ? Role.Unspecified : EnumText.Role(reader.GetString(1)),
                    reader.IsDBNull(2) ? null : reader.GetFieldValue<byte[]>(2));
            }
        }

        return await FindShutOutAsync(hello, cancellationToken);
    }

    // A user's new devices register one after the other: at the same moment, each would find room for itself.
    private static NpgsqlBatchCommand LockIfNew(DeviceHello hello)
    {
        var command = new NpgsqlBatchCommand(
            """
            SELECT pg_advisory_xact_lock(hashtext('khscrm.devices'), hashtext($2::text))
            WHERE NOT EXISTS (SELECT FROM devices WHERE id = $1)
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = hello.DeviceId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = hello.UserId });
        return command;
    }

    private NpgsqlBatchCommand Register(DeviceHello hello)
    {
        var command = new NpgsqlBatchCommand(
            """
            WITH known AS (SELECT EXISTS (SELECT FROM devices WHERE id = $1) AS is_known)
            INSERT INTO devices (id, user_id, session_id, app_version, wipe_proof)
            SELECT $1, $2, $3, $4, $5 FROM known
            WHERE (is_known OR (SELECT count(*) FROM devices WHERE user_id = $2) < $6)
                AND (SELECT r.revoked_at FROM devices r WHERE r.session_id = $3 ORDER BY r.created_at DESC LIMIT 1) IS NULL
            ON CONFLICT (id) DO UPDATE
                SET app_version = coalesce(nullif(excluded.app_version, ''), devices.app_version), last_seen_at = clock_timestamp(),
                    session_id = coalesce(excluded.session_id, devices.session_id),
                    wipe_proof = coalesce(devices.wipe_proof, excluded.wipe_proof)
                WHERE devices.user_id = excluded.user_id AND devices.revoked_at IS NULL
            RETURNING last_client_seq, (SELECT role FROM users u WHERE u.id = devices.user_id AND u.is_active), wipe_proof
            """);
        Add(command.Parameters, hello);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = hello.AppVersion });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)hello.WipeProof ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = _perUser });
        return command;
    }

    // A device that is to be wiped is shown its proof. One that has another id only shares the session: it is shown nothing.
    private async Task<DeviceGreeting?> FindShutOutAsync(DeviceHello hello, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT EXISTS (SELECT FROM devices WHERE id = $1), r.id IS NOT NULL, r.proof
            FROM (SELECT) one LEFT JOIN LATERAL (
                SELECT id, CASE WHEN id = $1 AND is_wiped THEN wipe_proof END AS proof FROM devices
                WHERE revoked_at IS NOT NULL AND user_id = $2 AND (id = $1 OR session_id = $3) ORDER BY id = $1 DESC LIMIT 1) r ON true
            """);
        Add(command.Parameters, hello);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (reader.GetBoolean(1))
            return new DeviceGreeting(0, Role.Unspecified, reader.IsDBNull(2) ? null : reader.GetFieldValue<byte[]>(2)) { IsRevoked = true };
        return reader.GetBoolean(0) ? null : throw new DeviceLimitException(_perUser);
    }

    private static void Add(NpgsqlParameterCollection parameters, DeviceHello hello)
    {
        parameters.Add(new NpgsqlParameter<Guid> { TypedValue = hello.DeviceId });
        parameters.Add(new NpgsqlParameter<Guid> { TypedValue = hello.UserId });
        parameters.Add(new NpgsqlParameter { Value = (object?)hello.SessionId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
    }
}
