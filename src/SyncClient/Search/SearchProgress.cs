using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Search;

/// <summary>
/// How far the index of each table is built. It is built in the order of the ids, so a row that is written before its turn
/// need not be indexed: the builder comes to it.
/// </summary>
internal sealed class SearchProgress
{
    private readonly Dictionary<EntityType, (byte[] After, bool IsComplete)> _tables = [];

    /// <summary>The progress as the present transaction sees it. Read once a transaction: a delta asks for each of its rows.</summary>
    public static SearchProgress Of(StoreConnection connection) => connection.SearchProgress ??= Read(connection);

    public static SearchProgress Read(StoreConnection connection)
    {
        var progress = new SearchProgress();
        var row = connection.Prepare("SELECT entity_type, after, is_complete FROM search_progress");
        while (row.Step())
            progress._tables.Add((EntityType)row.Int64(0), (row.Bytes(1) ?? [], row.Flag(2)));
        return progress;
    }

    public bool IsComplete(RowTable table) => _tables[table.Type].IsComplete;

    /// <summary>Whether the index has a row, or would have it if it existed.</summary>
    public bool Covers(RowTable table, RowId id)
    {
        var (after, isComplete) = _tables[table.Type];
        if (isComplete || after.Length == 0)
            return isComplete;
        Span<byte> bytes = stackalloc byte[16];
        id.Write(bytes);
        return bytes.SequenceCompareTo(after) <= 0;
    }

    /// <summary>The id up to which a table is indexed; null for none.</summary>
    public RowId After(RowTable table) => _tables[table.Type].After is { Length: > 0 } after ? RowId.Read(after) : new(Guid.Empty);

    public static void Write(StoreConnection connection, RowTable table, RowId after, bool isComplete)
    {
        connection.Prepare("UPDATE search_progress SET after = ?2, is_complete = ?3 WHERE entity_type = ?1")
            .Bind(1, (long)table.Type).Bind(2, after).Bind(3, isComplete).Execute();
        connection.SearchProgress = null;
    }
}
