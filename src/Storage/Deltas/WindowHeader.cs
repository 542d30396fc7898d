using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Deltas;

/// <summary>What a read learns first, in the snapshot it reads in.</summary>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Database">The history it belongs to.</param>
/// <param name="Now">The database's clock.</param>
/// <param name="Role">The user's role as it is now; unspecified for a user who is gone or deactivated, or a session that has ended.</param>
/// <param name="LastClientSeq">The device's last operation that the snapshot shows.</param>
internal sealed record WindowHeader(
    Snapshot Snapshot, DatabaseIdentity Database, DateTime Now, Role Role, long LastClientSeq)
{
    // The timeline is that of the WAL being written: the control file's lags behind a promotion until its checkpoint.
    private const string Sql = """
        SELECT pg_current_snapshot()::text, (SELECT system_identifier::text FROM pg_control_system()),
            CASE WHEN pg_is_in_recovery() THEN (SELECT timeline_id FROM pg_control_checkpoint())
                ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int END,
            clock_timestamp(),
            (SELECT role FROM users WHERE id = $1 AND is_active
                AND ($3::uuid IS NULL OR EXISTS (SELECT FROM refresh_tokens r WHERE r.family_id = $3 AND r.user_id = $1))),
            coalesce((SELECT last_client_seq FROM devices WHERE id = $2), 0)
        """;

    public static NpgsqlBatchCommand Command(DeltaScope scope) => new(Sql)
    {
        Parameters =
        {
            new NpgsqlParameter<Guid> { TypedValue = scope.UserId },
            new NpgsqlParameter<Guid> { TypedValue = scope.DeviceId ?? Guid.Empty },
            new NpgsqlParameter<Guid?> { TypedValue = scope.SessionId },
        },
    };

    public static WindowHeader Read(NpgsqlDataReader reader) => new(
        Snapshot.Parse(reader.GetString(0)),
        new DatabaseIdentity(reader.GetString(1), reader.GetInt32(2)),
        reader.GetDateTime(3),
        reader.IsDBNull(4) ? Role.Unspecified : EnumText.Role(reader.GetString(4)),
        reader.GetInt64(5));
}
