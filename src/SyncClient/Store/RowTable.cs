using KhsCrm.Contracts.Entities;
using KhsCrm.SyncClient.Search;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Store;

/// <summary>The table of one kind of entity, for code that works on any.</summary>
internal abstract class RowTable(EntityKind kind, bool isSearched)
{
    private readonly string _deleteSql = $"DELETE FROM {kind.Name} WHERE id = ?1";
    private readonly string _serverSql = $"SELECT server FROM {kind.Name} WHERE id = ?1";
    private readonly string _effectiveSql = $"SELECT coalesce(local, server) FROM {kind.Name} WHERE id = ?1 AND hidden = 0";
    private readonly string _idsOfJobSql = $"SELECT id FROM {kind.Name} WHERE job_id = ?1 AND server IS NOT NULL";
    private readonly string _staleSql =
        $"SELECT id FROM {kind.Name} WHERE generation < ?1 AND server IS NOT NULL AND id > ?2 ORDER BY id LIMIT 1000";

    public EntityKind Kind { get; } = kind;

    public EntityType Type => Kind.Type;

    /// <summary>The table's name in SQL.</summary>
    public string Name => Kind.Name;

    /// <summary>Whether a row belongs to a job and leaves with it.</summary>
    public bool HasJob { get; } = kind.AllFields.Contains("job_id");

    /// <summary>Whether its rows are found by words.</summary>
    public bool IsSearched { get; } = isSearched;

    public abstract Entity Parse(ReadOnlySpan<byte> row);

    /// <summary>Writes a row: what the server has, and what a person sees. One of the two is there.</summary>
    /// <param name="connection">The connection that writes.</param>
    /// <param name="id">The row's id.</param>
    /// <param name="server">The row as the server sent it; null for a row that exists only here.</param>
    /// <param name="local">The row with the pending operations on top; null when there are none, or when they delete it.</param>
    /// <param name="isHidden">Whether a pending deletion hides the row.</param>
    /// <param name="generation">The generation of the server's row.</param>
    public abstract void Write(
        StoreConnection connection, RowId id, Entity? server, Entity? local, bool isHidden, long generation);

    public void Delete(StoreConnection connection, RowId id)
    {
        if (IsSearched && SearchProgress.Of(connection).Covers(this, id))
            SearchIndex.Deleting(connection, this, id);
        connection.Prepare(_deleteSql).Bind(1, id).Execute();
    }

    /// <summary>Adds the words of the next rows to the search index, in the order of ids.</summary>
    /// <param name="connection">The connection that writes.</param>
    /// <param name="after">The id to begin after.</param>
    /// <param name="limit">At most so many rows.</param>
    /// <returns>The last row's id, and how many rows there were.</returns>
    public abstract (RowId Last, int Rows) IndexNext(StoreConnection connection, RowId after, int limit);

    public bool IsEmpty(StoreConnection connection) =>
        connection.Prepare($"SELECT 1 FROM {Name} LIMIT 1").ExecuteScalar() is null;

    /// <summary>The row as the server last sent it.</summary>
    public Entity? ReadServer(StoreConnection connection, RowId id) => ReadOne(connection.Prepare(_serverSql).Bind(1, id));

    /// <summary>The row as a person sees it: with the pending operations on top.</summary>
    public Entity? ReadEffective(StoreConnection connection, RowId id) =>
        ReadOne(connection.Prepare(_effectiveSql).Bind(1, id));

    /// <summary>The ids of the server's rows that belong to a job.</summary>
    public List<RowId> IdsOfJob(StoreConnection connection, RowId jobId) =>
        ReadIds(connection.Prepare(_idsOfJobSql).Bind(1, jobId));

    /// <summary>Up to 1,000 ids, after a given one, of server rows that an earlier generation brought.</summary>
    public List<RowId> StaleIds(StoreConnection connection, long generation, RowId after) =>
        ReadIds(connection.Prepare(_staleSql).Bind(1, generation).Bind(2, after));

    protected static List<RowId> ReadIds(Statement statement)
    {
        List<RowId> ids = [];
        while (statement.Step())
            ids.Add(statement.Id(0));
        return ids;
    }

    private Entity? ReadOne(Statement statement)
    {
        var row = statement.Step() && !statement.IsNull(0) ? Parse(statement.Blob(0)) : null;
        statement.Reset();
        return row;
    }
}
