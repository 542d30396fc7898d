using Google.Protobuf;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Outbox;

/// <summary>The SQL of the conflicts: edits that overwrote what somebody else had set, until a person has decided.</summary>
internal static class ConflictTable
{
    private const string Columns = "operation, fields, overwritten, queued_at";

    public static void Add(StoreConnection connection, QueuedOperation entry, OperationResult result) =>
        connection.Prepare("""
            INSERT OR REPLACE INTO conflict (operation_id, entity_type, entity_id, fields, operation, overwritten, queued_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
            .Bind(1, RowId.Parse(entry.Operation.Id)).Bind(2, (long)entry.Table.Type).Bind(3, entry.RowId)
            .Bind(4, string.Join(',', result.ConflictingFields))
            .Bind(5, entry.Operation.ToByteArray()).Bind(6, result.Overwritten.ToByteArray())
            .Bind(7, entry.QueuedAt.ToUnixTimeMilliseconds())
            .Execute();

    public static EditConflict? Find(StoreConnection connection, RowId operationId) =>
        Read(connection.Prepare($"SELECT {Columns} FROM conflict WHERE operation_id = ?1").Bind(1, operationId))
            .FirstOrDefault();

    public static List<EditConflict> List(StoreConnection connection) =>
        Read(connection.Prepare($"SELECT {Columns} FROM conflict ORDER BY queued_at, operation_id"));

    /// <summary>How many conflicts wait to be seen.</summary>
    public static long Count(StoreConnection connection) =>
        connection.Prepare("SELECT count(*) FROM conflict").ExecuteScalar() ?? 0;

    /// <summary>Forgets a conflict.</summary>
    public static void Remove(StoreConnection connection, RowId operationId) =>
        connection.Prepare("DELETE FROM conflict WHERE operation_id = ?1").Bind(1, operationId).Execute();

    private static List<EditConflict> Read(Statement row)
    {
        List<EditConflict> conflicts = [];
        while (row.Step())
        {
            conflicts.Add(new EditConflict(
                ConflictKind.Merged,
                Operation.Parser.ParseFrom(row.Blob(0)),
                row.Text(1)!.Split(',', StringSplitOptions.RemoveEmptyEntries),
                Entity.Parser.ParseFrom(row.Blob(2)),
                DateTimeOffset.FromUnixTimeMilliseconds(row.Int64(3))));
        }

        return conflicts;
    }
}
