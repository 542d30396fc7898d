using Google.Protobuf.WellKnownTypes;
using KhsCrm.Storage.Durability;
using KhsCrm.Storage.Queries;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Devices;

/// <summary>The devices as an owner sees them.</summary>
public sealed class DeviceDirectory(NpgsqlDataSource dataSource)
{
    private const string Columns =
        "t.id, t.user_id, t.app_version, t.last_client_seq, t.created_at, t.last_seen_at, t.revoked_at, t.revoked_by_id, t.is_wiped";

    /// <summary>Where a page ended: the key of its last device.</summary>
    public sealed record Position(DateTime LastSeenAt, Guid Id)
    {
        /// <summary>The position of a device.</summary>
        public static Position Of(Device last) => new(last.LastSeenAt.ToDateTime(), Guid.Parse(last.Id));
    }

    /// <summary>Reads a page, those heard of last first.</summary>
    /// <param name="user">Only devices of this user; null for all.</param>
    /// <param name="includeRevoked">Whether revoked devices are listed as well.</param>
    /// <param name="after">The end of the page before; null for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Stops the query.</param>
    public async Task<IReadOnlyList<Device>> ReadAsync(
        Guid? user, bool includeRevoked, Position? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand();
        var revoked = includeRevoked ? "true" : "t.revoked_at IS NULL";
        var owner = user is { } id ? $"AND t.user_id = {command.Add(id)}" : "";
        var page = after is { } end
            ? $"AND (t.last_seen_at, t.id) < ({command.Add(end.LastSeenAt)}, {command.Add(end.Id)})"
            : "";
        command.CommandText = $"""
            SELECT {Columns} FROM devices t WHERE {revoked} {owner} {page}
            ORDER BY t.last_seen_at DESC, t.id DESC LIMIT {command.Add(limit)}
            """;
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<Device> devices = [];
        while (await rows.ReadAsync(cancellationToken))
            devices.Add(Read(rows));
        return devices;
    }

    /// <summary>Shuts a device out for good; one that was already stays as it is.</summary>
    /// <param name="actor">Who revokes it.</param>
    /// <param name="device">The device.</param>
    /// <param name="endsSessions">Whether all sessions of its user end with it.</param>
    /// <param name="wipes">Whether it is told to destroy its store; what was once ordered stays so.</param>
    /// <param name="cancellationToken">Gives up before the commit.</param>
    /// <returns>The device and how many sessions ended; null when there is no such device.</returns>
    public async Task<(Device Device, int EndedSessions)?> RevokeAsync(
        Guid actor, Guid device, bool endsSessions, bool wipes, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            WITH t AS (
                UPDATE devices SET revoked_at = coalesce(revoked_at, clock_timestamp()), revoked_by_id = coalesce(revoked_by_id, $2),
                    is_wiped = is_wiped OR $4
                WHERE id = $1 RETURNING *),
            ended AS (DELETE FROM refresh_tokens r USING t WHERE $3 AND r.user_id = t.user_id RETURNING r.family_id)
            SELECT {Columns}, (SELECT count(DISTINCT family_id)::int FROM ended) FROM t
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = device });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = actor });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = endsSessions });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = wipes });
        return await dataSource.WriteDurablyAsync<(Device, int)?>(
            command,
            async rows => await rows.ReadAsync(cancellationToken) ? (Read(rows), rows.GetInt32(9)) : null,
            cancellationToken);
    }

    /// <summary>Counts the versions of apps on the devices that were heard of lately, the most frequent first.</summary>
    public async Task<IReadOnlyList<AppVersionCount>> CountVersionsAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            """
            SELECT app_version, count(*)::int, max(last_seen_at) FROM devices
            WHERE revoked_at IS NULL AND last_seen_at > now() - interval '30 days'
            GROUP BY app_version ORDER BY 2 DESC, 1 LIMIT 100
            """);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<AppVersionCount> versions = [];
        while (await rows.ReadAsync(cancellationToken))
        {
            versions.Add(new AppVersionCount
            {
                AppVersion = rows.GetString(0),
                Devices = rows.GetInt32(1),
                LastSeenAt = Timestamp.FromDateTime(rows.GetDateTime(2)),
            });
        }

        return versions;
    }

    private static Device Read(NpgsqlDataReader rows)
    {
        var device = new Device
        {
            Id = rows.GetGuid(0).ToString(),
            UserId = rows.GetGuid(1).ToString(),
            AppVersion = rows.GetString(2),
            LastClientSeq = rows.GetInt64(3),
            CreatedAt = Timestamp.FromDateTime(rows.GetDateTime(4)),
            LastSeenAt = Timestamp.FromDateTime(rows.GetDateTime(5)),
            IsWiped = rows.GetBoolean(8),
        };
        if (!rows.IsDBNull(6))
            device.RevokedAt = Timestamp.FromDateTime(rows.GetDateTime(6));
        if (!rows.IsDBNull(7))
            device.RevokedById = rows.GetGuid(7).ToString();
        return device;
    }
}
