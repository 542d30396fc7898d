using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using NpgsqlTypes;
using Date = Google.Type.Date;

namespace KhsCrm.Storage.Tables;

/// <summary>The kinds of columns: how each SQL type becomes a field of a message and back.</summary>
internal static class Columns
{
    public static Column<T> Uuid<T>(
        string name, Action<T, string> set, Func<T, string?>? get = null, bool isInsertOnly = false) =>
        new(name, "uuid", NpgsqlDbType.Uuid,
            (row, reader, i) => set(row, reader.GetGuid(i).ToString()),
            get is null ? null : rows => Array(rows, row => get(row) is { Length: > 0 } id ? Guid.Parse(id) : (Guid?)null),
            isInsertOnly);

    public static Column<T> Text<T>(string name, Action<T, string> set, Func<T, string?>? get = null) =>
        new(name, "text", NpgsqlDbType.Text,
            (row, reader, i) => set(row, reader.GetString(i)),
            get is null ? null : rows => Array(rows, get));

    public static Column<T> Bool<T>(string name, Action<T, bool> set, Func<T, bool>? get = null) =>
        new(name, "boolean", NpgsqlDbType.Boolean,
            (row, reader, i) => set(row, reader.GetBoolean(i)),
            get is null ? null : rows => Array(rows, get));

    public static Column<T> Time<T>(string name, Action<T, Timestamp> set, Func<T, Timestamp?>? get = null) =>
        new(name, "timestamptz", NpgsqlDbType.TimestampTz,
            (row, reader, i) => set(row, Timestamp.FromDateTime(reader.GetDateTime(i))),
            get is null ? null : rows => Array(rows, row => get(row)?.ToDateTime()));

    public static Column<T> Day<T>(string name, Action<T, Date> set, Func<T, Date?> get) =>
        new(name, "date", NpgsqlDbType.Date,
            (row, reader, i) =>
            {
                var day = reader.GetFieldValue<DateOnly>(i);
                set(row, new Date { Year = day.Year, Month = day.Month, Day = day.Day });
            },
            rows => Array(rows, row => get(row) is { } day ? SqlDay.Of(new(day.Year, day.Month, day.Day)) : (int?)null));

    /// <summary>A decimal as a string without trailing zeros, so that 1 and 1.00 read the same.</summary>
    public static Column<T> Quantity<T>(string name, Action<T, string> set, Func<T, string> get) =>
        new(name, "numeric", NpgsqlDbType.Numeric,
            (row, reader, i) => set(row, reader.GetDecimal(i).ToString("0.##", CultureInfo.InvariantCulture)),
            rows => Array(rows, row => decimal.Parse(get(row), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture)));

    private static TValue[] Array<T, TValue>(IReadOnlyList<T> rows, Func<T, TValue> get)
    {
        var values = new TValue[rows.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = get(rows[i]);
        return values;
    }
}
