using Google.Protobuf;
using KhsCrm.Contracts.Kinds;
using KhsCrm.V1;

namespace KhsCrm.SyncClient.Store;

/// <summary>A <see cref="RowTable"/> with its message type.</summary>
internal sealed class RowTable<T> : RowTable
    where T : class, IMessage<T>, new()
{
    private const int FirstColumn = 6;

    private readonly MessageParser<T> _parser;
    private readonly Column<T>[] _columns;
    private readonly string _writeSql;

    public RowTable(EntityKind<T> kind, MessageParser<T> parser, bool hasJob, params Column<T>[] columns)
        : base(kind, hasJob)
    {
        (TypedKind, _parser, _columns) = (kind, parser, columns);
        string[] names = ["server", "local", "hidden", "generation", .. columns.Select(column => column.Name)];
        _writeSql = $"""
            INSERT INTO {kind.Name} (id, {string.Join(", ", names)})
            VALUES (?1, {string.Join(", ", names.Select((_, index) => $"?{index + 2}"))})
            ON CONFLICT (id) DO UPDATE SET {string.Join(", ", names.Select(name => $"{name} = excluded.{name}"))}
            """;
    }

    public EntityKind<T> TypedKind { get; }

    public T ParseRow(ReadOnlySpan<byte> row) => _parser.ParseFrom(row);

    public override Entity Parse(ReadOnlySpan<byte> row) => TypedKind.Wrap(ParseRow(row));

    public override void Write(
        StoreConnection connection, RowId id, Entity? server, Entity? local, bool isHidden, long generation)
    {
        var statement = connection.Prepare(_writeSql)
            .Bind(1, id)
            .Bind(2, server is null ? null : TypedKind.Unwrap(server).ToByteArray())
            .Bind(3, local is null ? null : TypedKind.Unwrap(local).ToByteArray())
            .Bind(4, isHidden)
            .Bind(5, generation);
        var visible = TypedKind.Unwrap(local ?? server ?? throw new ArgumentException("A row needs a value.", nameof(server)));
        for (var index = 0; index < _columns.Length; index++)
            _columns[index].Bind(statement, FirstColumn + index, visible);
        statement.Execute();
    }
}
