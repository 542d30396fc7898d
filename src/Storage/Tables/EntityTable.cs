using Google.Protobuf;
using KhsCrm.Contracts.Entities;
using KhsCrm.Storage.Deltas.Wire;
using KhsCrm.V1;
using Npgsql;

namespace KhsCrm.Storage.Tables;

/// <summary>Where the rows of one kind of entity are, and how to read and write them in sets.</summary>
internal abstract class EntityTable(EntityKind kind)
{
    private readonly uint _rowTag = WireFormat.MakeTag(
        Entity.Descriptor.FindFieldByName(kind.Name).FieldNumber, WireFormat.WireType.LengthDelimited);

    private readonly Dictionary<string, int> _ordinals =
        kind.AllFields.Select((field, i) => (field, i)).ToDictionary(one => one.field, one => one.i, StringComparer.Ordinal);

    /// <summary>The kind of entity.</summary>
    public EntityKind Kind { get; } = kind;

    /// <summary>The table.</summary>
    public string Name { get; } = kind.Table;

    /// <summary>The column that orders deltas: <c>updated_at</c>, or the one time of a row that has no other.</summary>
    public string TimeColumn { get; } = kind.VersionField;

    /// <summary>Where the time column is in <see cref="SelectList"/>.</summary>
    public int TimeOrdinal => OrdinalOf(TimeColumn);

    /// <summary>The columns to select, of the table under the alias <c>t</c>.</summary>
    public abstract string SelectList { get; }

    /// <summary>About how many bytes a row takes in a delta, in SQL, read without fetching long texts.</summary>
    public abstract string SizeExpression { get; }

    /// <summary>Reads a row whose columns of <see cref="SelectList"/> begin at an ordinal.</summary>
    public abstract Entity Read(NpgsqlDataReader reader, int firstOrdinal = 0);

    /// <summary>Writes a row, whose columns of <see cref="SelectList"/> begin at 0, as the change of a delta that it is on the wire.</summary>
    public PageSlot Encode(NpgsqlDataReader reader, PageBuffer output)
    {
        var start = output.BeginRow();
        EncodeFields(reader, output);
        return output.EndRow(start, _rowTag);
    }

    /// <summary>Where a column is in <see cref="SelectList"/>.</summary>
    public int OrdinalOf(string column) => _ordinals[column];

    /// <summary>Inserts rows in one statement and returns them as they stand.</summary>
    public abstract NpgsqlBatchCommand Insert(IReadOnlyList<Entity> rows);

    /// <summary>Sets all updatable columns of rows in one statement and returns them as they stand.</summary>
    public abstract NpgsqlBatchCommand Update(IReadOnlyList<Entity> rows);

    /// <summary>The same, of the rows that are still of the version they have here: in the order of their ids.</summary>
    public abstract NpgsqlBatchCommand UpdateSeen(IReadOnlyList<Entity> rows);

    /// <summary>Deletes rows in one statement.</summary>
    public NpgsqlBatchCommand Delete(IReadOnlyList<Entity> rows) => new($"DELETE FROM {Name} WHERE id = ANY($1)")
    {
        Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = [.. rows.Select(row => Guid.Parse(Kind.GetId(row)))] } },
    };

    protected abstract void EncodeFields(NpgsqlDataReader reader, PageBuffer output);

    /// <summary>The versions of rows.</summary>
    protected NpgsqlParameter<DateTime[]> Versions(IReadOnlyList<Entity> rows) =>
        new NpgsqlParameter<DateTime[]> { TypedValue = [.. rows.Select(row => Kind.GetVersion(row)!.ToDateTime())] };
}
