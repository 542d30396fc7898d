using KhsCrm.Storage.Durability;
using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Storage.Deltas;

/// <summary>
/// The histories that a database went through (DESIGN §4). A cursor of an older timeline is good when the newer one left
/// it behind the cursor: then all that the cursor shows was replayed. Places in the WAL tell that exactly; transaction
/// numbers do not, because one below the fork may have been undone by it.
/// </summary>
internal sealed class Timelines(NpgsqlDataSource dataSource)
{
    private DatabaseIdentity? _recorded;

    /// <summary>Puts the timeline of a read on record, once.</summary>
    /// <returns>Whether the read has to be done again.</returns>
    public async ValueTask<bool> RecordAsync(WindowHeader header, CancellationToken cancellationToken)
    {
        if (header.IsStandby || header.Database == Volatile.Read(ref _recorded))
            return false;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        // A restored database is stamped anew, row by row.
        batch.Timeout = 0;
        batch.BatchCommands.Add(new("BEGIN"));
        batch.BatchCommands.Add(new("SELECT record_timeline()"));
        // Another server may have recorded it: its record must be durable too before a cursor is cut.
        batch.BatchCommands.Add(new("SELECT prove_durable(wal_place())"));
        batch.BatchCommands.Add(new("COMMIT"));
        using var commit = new CommitWatch(connection);
        await using (var reader = await batch.ExecuteReaderAsync(cancellationToken))
            await Proof.ReadToEndAsync(reader, cancellationToken);
        commit.ThrowIfUnconfirmed();
        Volatile.Write(ref _recorded, header.Database);
        return true;
    }

    /// <summary>Whether all that a cursor shows is part of the history that a read saw.</summary>
    public async ValueTask<bool> IsPastOfAsync(WindowHeader header, Cursor cursor, CancellationToken cancellationToken)
    {
        if (cursor.Database == header.Database)
            // A restored image of the disk goes on with the same timeline, behind some of its devices.
            return header.IsStandby || cursor.Position <= header.Position;
        if (cursor.Database.System != header.Database.System || cursor.Database.TimelineId > header.Database.TimelineId)
            return false;
        // Only ancestors of this database's timeline are on record in it; where one is unknown, nothing is certain.
        await using var command = dataSource.CreateCommand(
            """
            SELECT coalesce(bool_and(first_lsn IS NOT NULL AND $3 <= first_lsn) FILTER (WHERE timeline_id > $2), false)
                AND coalesce(bool_or(timeline_id = $2), false)
            FROM sync_timelines WHERE system_identifier = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = cursor.Database.System });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = cursor.Database.TimelineId });
        command.Parameters.Add(new NpgsqlParameter<NpgsqlLogSequenceNumber> { NpgsqlDbType = NpgsqlDbType.PgLsn, TypedValue = cursor.Position });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
