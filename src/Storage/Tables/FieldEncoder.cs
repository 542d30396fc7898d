using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using KhsCrm.Contracts.Values;
using KhsCrm.Storage.Deltas.Wire;
using Npgsql;
using NpgsqlTypes;
using FieldType = Google.Protobuf.Reflection.FieldType;

namespace KhsCrm.Storage.Tables;

/// <summary>
/// Writes a column, which is not NULL, as the field of a message that it is on the wire: from the reader into the bytes,
/// with no message in between. What is written parses to what <see cref="EntityTable.Read"/> makes.
/// </summary>
internal delegate void FieldEncoder(NpgsqlDataReader reader, int ordinal, PageBuffer output);

/// <summary>Finds the encoder for a column by the field it fills.</summary>
internal static class FieldEncoders
{
    private const int UuidLength = 36;

    public static FieldEncoder Of(FieldDescriptor field, NpgsqlDbType type)
    {
        var tag = WireFormat.MakeTag(field.FieldNumber, WireTypeOf(field));
        return (field.FieldType, type) switch
        {
            (FieldType.String, NpgsqlDbType.Uuid) => Uuid(tag),
            (FieldType.String, NpgsqlDbType.Text) => Text(tag),
            (FieldType.String, NpgsqlDbType.Numeric) => Quantity(tag),
            (FieldType.Bool, NpgsqlDbType.Boolean) => Bool(tag),
            (FieldType.Enum, NpgsqlDbType.Text) => Enum(tag, EnumNames.Of(field.EnumType)),
            (FieldType.Message, NpgsqlDbType.TimestampTz) => Time(tag),
            (FieldType.Message, NpgsqlDbType.Date) => Day(tag),
            (FieldType.Message, NpgsqlDbType.Text) => Details(tag),
            _ => throw new NotSupportedException($"No encoder for {field.FullName} from {type}."),
        };
    }

    private static WireFormat.WireType WireTypeOf(FieldDescriptor field) =>
        field.FieldType is FieldType.Bool or FieldType.Enum ? WireFormat.WireType.Varint : WireFormat.WireType.LengthDelimited;

    private static FieldEncoder Uuid(uint tag) => (reader, ordinal, output) =>
    {
        output.WriteTag(tag);
        output.WriteVarint(UuidLength);
        reader.GetGuid(ordinal).TryFormat(output.Take(UuidLength), out _);
    };

    private static FieldEncoder Text(uint tag) => (reader, ordinal, output) =>
    {
        output.WriteTag(tag);
        output.WriteText(reader.GetString(ordinal));
    };

    private static FieldEncoder Quantity(uint tag) => (reader, ordinal, output) =>
    {
        output.WriteTag(tag);
        output.WriteText(reader.GetDecimal(ordinal).ToString("0.##", CultureInfo.InvariantCulture));
    };

    private static FieldEncoder Bool(uint tag) => (reader, ordinal, output) =>
    {
        if (!reader.GetBoolean(ordinal))
            return;
        output.WriteTag(tag);
        output.WriteVarint(1);
    };

    private static FieldEncoder Enum(uint tag, EnumNames names) => (reader, ordinal, output) =>
    {
        output.WriteTag(tag);
        output.WriteVarint((ulong)names.NumberOf(reader.GetString(ordinal)));
    };

    private static FieldEncoder Time(uint tag) => (reader, ordinal, output) =>
    {
        var time = reader.GetDateTime(ordinal);
        var ticks = time.Ticks - DateTime.UnixEpoch.Ticks;
        var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var rest);
        if (rest < 0)
            (seconds, rest) = (seconds - 1, rest + TimeSpan.TicksPerSecond);
        WriteNumbers(output, tag, (ulong)seconds, (ulong)rest * TimeSpan.NanosecondsPerTick, 0);
    };

    private static FieldEncoder Day(uint tag) => (reader, ordinal, output) =>
    {
        var day = reader.GetFieldValue<DateOnly>(ordinal);
        WriteNumbers(output, tag, (ulong)day.Year, (ulong)day.Month, (ulong)day.Day);
    };

    private static FieldEncoder Details(uint tag) => (reader, ordinal, output) =>
    {
        var details = JsonDetails.Read(reader.GetString(ordinal));
        var size = details.CalculateSize();
        output.WriteTag(tag);
        output.WriteVarint((uint)size);
        details.WriteTo(output.Take(size));
    };

    // Timestamp and Date alike are a message of numbers: fields 1, 2 and 3, of which those that are 0 are left out.
    private static void WriteNumbers(PageBuffer output, uint tag, ulong first, ulong second, ulong third)
    {
        output.WriteTag(tag);
        output.WriteVarint((ulong)(SizeOf(first) + SizeOf(second) + SizeOf(third)));
        Write(output, 1, first);
        Write(output, 2, second);
        Write(output, 3, third);

        static int SizeOf(ulong value) => value == 0 ? 0 : 1 + CodedOutputStream.ComputeUInt64Size(value);

        static void Write(PageBuffer output, int field, ulong value)
        {
            if (value == 0)
                return;
            output.WriteTag(WireFormat.MakeTag(field, WireFormat.WireType.Varint));
            output.WriteVarint(value);
        }
    }
}
