using Google.Protobuf;
using KhsCrm.Contracts.Entities;
using KhsCrm.SyncClient.Search;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Store;

/// <summary>A <see cref="RowTable"/> with its message type.</summary>
internal sealed class RowTable<T> : RowTable
    where T : class, IMessage<T>, new()
{
    private const int FirstColumn = 6;
    private const int RowsOfPage = 1_000;
    private readonly MessageParser<T> _parser = new(() => new T());
    private readonly Func<T, List<string>>? _searchWords;
    private readonly Column<T>[] _columns;
    private readonly string _writeSql;
    private readonly string _rewriteSql;

    public RowTable(EntityKind<T> kind)
        : this(kind, SearchWords.Of(kind))
    {
    }

    private RowTable(EntityKind<T> kind, Func<T, List<string>>? searchWords)
        : base(kind, searchWords is not null)
    {
        Column<T>[] columns = [.. kind.TypedFields.Where(field => field.IsKeptByDevices).Select(Column.Of)];
        (TypedKind, _searchWords, _columns) = (kind, searchWords, columns);
        string[] names = ["server", "local", "hidden", "generation", .. columns.Select(column => column.Name)];
        _writeSql = $"""
            INSERT INTO {kind.Name} (id, {string.Join(", ", names)})
            VALUES (?1, {string.Join(", ", names.Select((_, index) => $"?{index + 2}"))})
            ON CONFLICT (id) DO UPDATE SET {string.Join(", ", names.Select(name => $"{name} = excluded.{name}"))}
            """;
        _rewriteSql = $"""
            UPDATE {kind.Name} SET {string.Join(", ", columns.Select((column, index) => $"{column.Name} = ?{index + FirstColumn}"))}
            WHERE id = ?1
            """;
    }

    public EntityKind<T> TypedKind { get; }

    public T ParseRow(ReadOnlySpan<byte> row) => _parser.ParseFrom(row);

    public override Entity Parse(ReadOnlySpan<byte> row) => TypedKind.Wrap(ParseRow(row));

    public override void Write(
        StoreConnection connection, RowId id, Entity? server, Entity? local, bool isHidden, long generation)
    {
        var statement = connection.PrepareWrite(this, _writeSql)
            .Bind(1, id)
            .Bind(2, server is null ? null : TypedKind.Unwrap(server))
            .Bind(3, local is null ? null : TypedKind.Unwrap(local))
            .Bind(4, isHidden)
            .Bind(5, generation);
        var visible = TypedKind.Unwrap(local ?? server ?? throw new ArgumentException("A row needs a value.", nameof(server)));
        BindColumns(statement, visible);
        statement.Execute();
        if (_searchWords is not null && SearchProgress.Of(connection).Covers(this, id))
            SearchIndex.Saved(connection, this, id, _searchWords(visible));
    }

    /// <summary>Whether a search finds a row; always, when there is no search.</summary>
    public bool IsFound(T row, SearchText? search) => search is null || search.IsIn(_searchWords!(row));

    public override (RowId Last, int Rows) IndexNext(StoreConnection connection, RowId after, int limit)
    {
        var rows = ReadNext(connection, after, limit);
        foreach (var (id, row) in rows)
            SearchIndex.Saved(connection, this, id, _searchWords!(row));
        return rows.Count == 0 ? (after, 0) : (rows[^1].Id, rows.Count);
    }

    /// <summary>Takes the columns anew from the rows, for a schema that has others than the one before.</summary>
    public void RewriteColumns(StoreConnection connection)
    {
        var after = new RowId(Guid.Empty);
        while (true)
        {
            var rows = ReadNext(connection, after, RowsOfPage);
            if (rows.Count == 0)
                return;
            foreach (var (id, row) in rows)
            {
                var statement = connection.Prepare(_rewriteSql).Bind(1, id);
                BindColumns(statement, row);
                statement.Execute();
            }

            after = rows[^1].Id;
        }
    }

    private List<(RowId Id, T Row)> ReadNext(StoreConnection connection, RowId after, int limit)
    {
        var page = connection.Prepare($"SELECT id, coalesce(local, server) FROM {Name} WHERE id > ?1 ORDER BY id LIMIT ?2")
            .Bind(1, after).Bind(2, limit);
        List<(RowId, T)> rows = [];
        while (page.Step())
            rows.Add((page.Id(0), ParseRow(page.Blob(1))));
        return rows;
    }

    private void BindColumns(Statement statement, T row)
    {
        for (var index = 0; index < _columns.Length; index++)
            _columns[index].Bind(statement, FirstColumn + index, row);
    }
}
