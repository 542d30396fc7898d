using KhsCrm.Storage.Durability;
using KhsCrm.Storage.Tables;
using KhsCrm.V1;
using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Storage.Deltas;

/// <summary>What a read learns first, in the snapshot it reads in.</summary>
/// <param name="Snapshot">The snapshot.</param>
/// <param name="Database">The history it belongs to.</param>
/// <param name="Position">A place in the WAL behind every commit that the snapshot shows; the transaction that read it proves it durable.</param>
/// <param name="IsStandby">Whether the database replays what another writes.</param>
/// <param name="Now">The database's clock.</param>
/// <param name="Role">The user's role as it is now; unspecified for a user who is gone or deactivated, or a session that has ended.</param>
/// <param name="LastClientSeq">The device's last operation that the snapshot shows.</param>
internal sealed record WindowHeader(
    Snapshot Snapshot,
    DatabaseIdentity Database,
    NpgsqlLogSequenceNumber Position,
    bool IsStandby,
    DateTime Now,
    Role Role,
    long LastClientSeq)
{
    private const string Sql = $"""
        SELECT pg_current_snapshot()::text, database_identity(), coalesce(current_timeline(), 0), pg_is_in_recovery(),
            {Proof.Place},
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

    public static WindowHeader Read(NpgsqlDataReader reader)
    {
        var snapshot = Snapshot.Parse(reader.GetString(0));
        var isStandby = reader.GetBoolean(3);
        return new WindowHeader(
            // A standby's snapshot leaves out what still runs on the primary: all it is sure of is its xmin.
            isStandby ? snapshot.ToXmin() : snapshot,
            new DatabaseIdentity(reader.GetString(1), reader.GetInt32(2)),
            reader.GetFieldValue<NpgsqlLogSequenceNumber>(4),
            isStandby,
            reader.GetDateTime(5),
            reader.IsDBNull(6) ? Role.Unspecified : EnumText.Role(reader.GetString(6)),
            reader.GetInt64(7));
    }
}
