using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using KhsCrm.Contracts.Entities.Fields;
using Npgsql;
using NpgsqlTypes;
using Date = Google.Type.Date;

namespace KhsCrm.Storage.Tables;

/// <summary>How each kind of field becomes a column and back.</summary>
internal static class Columns
{
    /// <summary>The column of a field.</summary>
    public static Column<T> Of<T>(EntityField<T> field)
        where T : class, IMessage<T>, new() => field switch
        {
            IdField<T> id => Make(id, "uuid", NpgsqlDbType.Uuid,
                (row, reader, i) => id.Set(row, reader.GetGuid(i).ToString()),
                row => id.Get(row) is { Length: > 0 } text ? Guid.Parse(text) : (Guid?)null),
            TextField<T> text => Make(text, "text", NpgsqlDbType.Text, (row, reader, i) => text.Set(row, reader.GetString(i)), text.Get),
            EnumField<T> choice => Make(choice, "text", NpgsqlDbType.Text,
                (row, reader, i) => choice.Set(row, choice.Names.NumberOf(reader.GetString(i))),
                row => choice.Names.NameOf(choice.Get(row))),
            FlagField<T> flag => Make(flag, "boolean", NpgsqlDbType.Boolean, (row, reader, i) => flag.Set(row, reader.GetBoolean(i)), flag.Get),
            TimeField<T> time => Make(time, "timestamptz", NpgsqlDbType.TimestampTz,
                (row, reader, i) => time.Set(row, Timestamp.FromDateTime(reader.GetDateTime(i))),
                row => time.Get(row)?.ToDateTime()),
            DayField<T> day => Make(day, "date", NpgsqlDbType.Date,
                (row, reader, i) => day.Set(row, ReadDay(reader, i)),
                row => day.Get(row) is { } date ? SqlDay.Of(new(date.Year, date.Month, date.Day)) : (int?)null),
            // Without trailing zeros, so that 1 and 1.00 read the same.
            QuantityField<T> quantity => Make(quantity, "numeric", NpgsqlDbType.Numeric,
                (row, reader, i) => quantity.Set(row, reader.GetDecimal(i).ToString("0.##", CultureInfo.InvariantCulture)),
                row => decimal.Parse(quantity.Get(row), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture)),
            DetailsField<T> details => Make<T, string>(details, "jsonb", NpgsqlDbType.Text,
                (row, reader, i) => details.Set(row, JsonDetails.Read(reader.GetString(i))),
                _ => throw new NotSupportedException("Only the database writes details.")),
            _ => throw new NotSupportedException($"No column for {field.Name}."),
        };

    private static Column<T> Make<T, TValue>(
        EntityField<T> field, string sqlType, NpgsqlDbType dbType, Action<T, NpgsqlDataReader, int> read, Func<T, TValue> get)
        where T : class, IMessage<T> => new(
            field.Name,
            sqlType,
            dbType,
            read,
            field.Writer == FieldWriter.Database ? null : rows => Array(rows, get),
            IsInsertOnly: field.Writer is FieldWriter.ClientOnCreate or FieldWriter.ServiceOnCreate);

    private static Date ReadDay(NpgsqlDataReader reader, int ordinal)
    {
        var day = reader.GetFieldValue<DateOnly>(ordinal);
        return new Date { Year = day.Year, Month = day.Month, Day = day.Day };
    }

    private static TValue[] Array<T, TValue>(IReadOnlyList<T> rows, Func<T, TValue> get)
    {
        var values = new TValue[rows.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = get(rows[i]);
        return values;
    }
}
