using Google.Protobuf;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Outbox;

/// <summary>The SQL of the conflicts: edits that overwrote what somebody else had set, until a person has seen them.</summary>
internal static class ConflictTable
{
    public static void Add(StoreConnection connection, QueuedOperation entry, OperationResult result, DateTimeOffset now) =>
        connection.Prepare("""
            INSERT OR REPLACE INTO conflict (operation_id, entity_type, entity_id, fields, operation, overwritten, recorded_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
            .Bind(1, RowId.Parse(entry.Operation.Id)).Bind(2, (long)entry.Table.Type).Bind(3, entry.RowId)
            .Bind(4, string.Join(',', result.ConflictingFields))
            .Bind(5, entry.Operation.ToByteArray()).Bind(6, result.Overwritten.ToByteArray())
            .Bind(7, now.ToUnixTimeMilliseconds())
            .Execute();

    public static List<MergeConflict> List(StoreConnection connection)
    {
        var row = connection.Prepare("SELECT operation, fields, overwritten, recorded_at FROM conflict ORDER BY recorded_at");
        List<MergeConflict> conflicts = [];
        while (row.Step())
        {
            conflicts.Add(new MergeConflict(
                Operation.Parser.ParseFrom(row.Blob(0)),
                row.Text(1)!.Split(',', StringSplitOptions.RemoveEmptyEntries),
                Entity.Parser.ParseFrom(row.Blob(2)),
                DateTimeOffset.FromUnixTimeMilliseconds(row.Int64(3))));
        }

        return conflicts;
    }

    /// <summary>How many conflicts wait to be seen.</summary>
    public static long Count(StoreConnection connection) =>
        connection.Prepare("SELECT count(*) FROM conflict").ExecuteScalar() ?? 0;

    /// <summary>Forgets a conflict.</summary>
    /// <returns>Whether there was one.</returns>
    public static bool Remove(StoreConnection connection, RowId operationId) =>
        connection.Prepare("DELETE FROM conflict WHERE operation_id = ?1 RETURNING 1").Bind(1, operationId)
            .ExecuteScalar() is not null;
}
