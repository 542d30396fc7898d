using Google.Protobuf;
using KhsCrm.Contracts.Entities;
using KhsCrm.Storage.Deltas.Wire;
using KhsCrm.V1;
using Npgsql;
using NpgsqlTypes;

namespace KhsCrm.Storage.Tables;

/// <summary>An <see cref="EntityTable"/> with its message type.</summary>
/// <typeparam name="T">The entity's message.</typeparam>
internal sealed class EntityTable<T> : EntityTable
    where T : class, IMessage<T>, new()
{
    // On the wire, with tag and length: the text of an id, and the largest of the other fields but texts, which is a time.
    private const int IdSize = 38;
    private const int FieldSize = 14;

    private readonly EntityKind<T> _kind;
    private readonly Column<T>[] _columns;
    private readonly FieldEncoder[] _encoders;
    private readonly Column<T>[] _inserted;
    private readonly Column<T>[] _updated;
    private readonly string _insertSql;
    private readonly string _updateSql;
    private readonly string _updateSeenSql;

    public EntityTable(EntityKind<T> kind)
        : base(kind)
    {
        Column<T>[] columns = [.. kind.TypedFields.Select(Columns.Of)];
        _kind = kind;
        _columns = columns;
        var descriptor = new T().Descriptor;
        _encoders = [.. columns.Select(column => FieldEncoders.Of(descriptor.FindFieldByName(column.Name), column.DbType))];
        _inserted = [.. columns.Where(column => column.ToArray is not null)];
        _updated = [.. _inserted.Where(column => !column.IsInsertOnly || column.Name == "id")];
        SelectList = string.Join(", ", columns.Select(column => $"t.{column.Name}"));
        SizeExpression = string.Join(" + ", columns.Where(column => column.DbType == NpgsqlDbType.Text)
            .Select(column => $"coalesce(octet_length(t.{column.Name}::text), 0)")
            .Append($"{columns.Sum(column => column.DbType == NpgsqlDbType.Uuid ? IdSize : FieldSize)}"));
        var names = string.Join(", ", _inserted.Select(column => column.Name));
        _insertSql = $"""
            INSERT INTO {Name} AS t ({names}) SELECT {names} FROM {Unnest(_inserted)} RETURNING {SelectList}
            """;
        var sets = string.Join(", ", _updated.Skip(1).Select(column => $"{column.Name} = r.{column.Name}"));
        _updateSql = $"""
            UPDATE {Name} t SET {sets} FROM {Unnest(_updated)} WHERE t.id = r.id RETURNING {SelectList}
            """;
        _updateSeenSql = $"""
            UPDATE {Name} t SET {sets} FROM {Unnest(_updated, "seen")} WHERE t.id = r.id AND t.{TimeColumn} = r.seen RETURNING {SelectList}
            """;
    }

    public override string SelectList { get; }

    public override string SizeExpression { get; }

    public override Entity Read(NpgsqlDataReader reader, int firstOrdinal = 0) =>
        _kind.Wrap(ReadRow(reader, firstOrdinal));

    public T ReadRow(NpgsqlDataReader reader, int firstOrdinal = 0)
    {
        var row = new T();
        for (var i = 0; i < _columns.Length; i++)
        {
            if (!reader.IsDBNull(firstOrdinal + i))
                _columns[i].Read(row, reader, firstOrdinal + i);
        }

        return row;
    }

    protected override void EncodeFields(NpgsqlDataReader reader, PageBuffer output)
    {
        for (var i = 0; i < _encoders.Length; i++)
        {
            if (!reader.IsDBNull(i))
                _encoders[i](reader, i, output);
        }
    }

    public override NpgsqlBatchCommand Insert(IReadOnlyList<Entity> rows) => Command(_insertSql, _inserted, rows);

    public override NpgsqlBatchCommand Update(IReadOnlyList<Entity> rows) => Command(_updateSql, _updated, rows);

    public override NpgsqlBatchCommand UpdateSeen(IReadOnlyList<Entity> rows)
    {
        Entity[] ordered = [.. rows.OrderBy(_kind.GetId, StringComparer.Ordinal)];
        var command = Command(_updateSeenSql, _updated, ordered);
        command.Parameters.Add(Versions(ordered));
        return command;
    }

    private NpgsqlBatchCommand Command(string sql, Column<T>[] columns, IReadOnlyList<Entity> rows)
    {
        var command = new NpgsqlBatchCommand(sql);
        T[] messages = [.. rows.Select(_kind.Unwrap)];
        foreach (var column in columns)
        {
            command.Parameters.Add(
                new NpgsqlParameter { Value = column.ToArray!(messages), NpgsqlDbType = NpgsqlDbType.Array | column.DbType });
        }

        return command;
    }

    private static string Unnest(Column<T>[] columns, string? version = null)
    {
        var (types, names) = (columns.Select(column => column.SqlType), columns.Select(column => column.Name));
        if (version is not null)
            (types, names) = (types.Append("timestamptz"), names.Append(version));
        return $"unnest({string.Join(", ", types.Select((type, i) => $"${i + 1}::{type}[]"))}) AS r({string.Join(", ", names)})";
    }
}
