using Google.Protobuf.WellKnownTypes;
using Date = Google.Type.Date;

namespace KhsCrm.SyncClient.Store;

/// <summary>A value of a row that queries filter or sort by, kept in a column of its own.</summary>
/// <param name="Name">The column.</param>
/// <param name="Bind">Binds the row's value to a parameter.</param>
internal sealed record Column<T>(string Name, Action<Statement, int, T> Bind);

/// <summary>The kinds of columns.</summary>
internal static class Column
{
    public static Column<T> Text<T>(string name, Func<T, string> read) =>
        new(name, (statement, index, row) => statement.Bind(index, read(row)));

    public static Column<T> Number<T>(string name, Func<T, long> read) =>
        new(name, (statement, index, row) => statement.Bind(index, read(row)));

    public static Column<T> Flag<T>(string name, Func<T, bool> read) =>
        new(name, (statement, index, row) => statement.Bind(index, read(row)));

    /// <summary>Another row's id; NULL when it is not one.</summary>
    public static Column<T> Reference<T>(string name, Func<T, string?> read) =>
        new(name, (statement, index, row) =>
        {
            if (RowId.TryParse(read(row)) is { } id)
                statement.Bind(index, id);
            else
                statement.BindNull(index);
        });

    /// <summary>Microseconds since 1970; 0 when unset.</summary>
    public static Column<T> Time<T>(string name, Func<T, Timestamp?> read) =>
        new(name, (statement, index, row) => statement.Bind(index, Micros(read(row))));

    /// <summary>The date as the number yyyymmdd; 0 when unset.</summary>
    public static Column<T> Day<T>(string name, Func<T, Date?> read) =>
        new(name, (statement, index, row) => statement.Bind(index, DayNumber(read(row))));

    public static long Micros(Timestamp? time) => time is null ? 0 : (time.Seconds * 1_000_000) + (time.Nanos / 1_000);

    private static long DayNumber(Date? day) => day is null ? 0 : (((day.Year * 100L) + day.Month) * 100) + day.Day;
}
