using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using KhsCrm.Contracts.Entities.Fields;
using Date = Google.Type.Date;

namespace KhsCrm.SyncClient.Store;

/// <summary>A value of a row that queries filter or sort by, kept in a column of its own.</summary>
/// <param name="Name">The column.</param>
/// <param name="Bind">Binds the row's value to a parameter.</param>
internal sealed record Column<T>(string Name, Action<Statement, int, T> Bind);

/// <summary>The kinds of columns.</summary>
internal static class Column
{
    /// <summary>
    /// The column of a field: a text, a number, 0 or 1; another row's id, or NULL when it is not one; a time in microseconds since
    /// 1970, a day as the number yyyymmdd, each 0 when it is unset.
    /// </summary>
    public static Column<T> Of<T>(EntityField<T> field)
        where T : class, IMessage<T>, new() => new(field.Name, field switch
        {
            TextField<T> text => (statement, index, row) => statement.Bind(index, text.Get(row) ?? ""),
            EnumField<T> choice => (statement, index, row) => statement.Bind(index, (long)choice.Get(row)),
            FlagField<T> flag => (statement, index, row) => statement.Bind(index, flag.Get(row)),
            TimeField<T> time => (statement, index, row) => statement.Bind(index, Micros(time.Get(row))),
            DayField<T> day => (statement, index, row) => statement.Bind(index, DayNumber(day.Get(row))),
            IdField<T> id => (statement, index, row) => BindId(statement, index, id.Get(row)),
            _ => throw new NotSupportedException($"No column for {field.Name}."),
        });

    public static long Micros(Timestamp? time) => time is null ? 0 : (time.Seconds * 1_000_000) + (time.Nanos / 1_000);

    private static void BindId(Statement statement, int index, string? text)
    {
        if (RowId.TryParse(text) is { } id)
            statement.Bind(index, id);
        else
            statement.BindNull(index);
    }

    private static long DayNumber(Date? day) => day is null ? 0 : (((day.Year * 100L) + day.Month) * 100) + day.Day;
}
