using Google.Protobuf.WellKnownTypes;
using KhsCrm.Contracts.Values;
using KhsCrm.SyncServer.Errors;
using KhsCrm.V1;
using Date = Google.Type.Date;

namespace KhsCrm.SyncServer.Services;

/// <summary>Reads single fields of requests; what is wrong with one is a fault that names it and its rule.</summary>
internal static class RequestFields
{
    public static Guid Id(string field, string value) => Uuid.Is(value)
        ? Guid.Parse(value)
        : throw RpcFault.Field(field, "must be a lower-case UUID");

    public static Guid? OptionalId(string field, string value) => value.Length == 0 ? null
        : Uuid.Is(value) ? Guid.Parse(value)
        : throw RpcFault.Field(field, "must be a lower-case UUID, or empty");

    public static IReadOnlyCollection<JobStatus> Statuses(string field, IReadOnlyCollection<JobStatus> values)
    {
        foreach (var value in values)
        {
            if (!System.Enum.IsDefined(value))
                throw RpcFault.Field(field, $"{value:D} is not a JobStatus", ErrorReason.EnumValueUnknown);
            if (value == JobStatus.Unspecified)
                throw RpcFault.Field(field, "must be statuses");
        }

        return values;
    }

    public static DateOnly? Day(string field, Date? value)
    {
        if (value is null)
            return null;
        return value is { Year: >= 1 and <= 9999, Month: >= 1 and <= 12, Day: >= 1 }
            && value.Day <= DateTime.DaysInMonth(value.Year, value.Month)
            ? new DateOnly(value.Year, value.Month, value.Day)
            : throw RpcFault.Field(field, "must be a full date: year 1 to 9999, month and day");
    }

    public static DateTime? Time(string field, Timestamp? value)
    {
        try
        {
            return value?.ToDateTime();
        }
        catch (InvalidOperationException) // The seconds or nanos are out of range.
        {
            throw RpcFault.Field(field, "must be a time of the years 1 to 9999");
        }
    }

    public static string Text(string field, string value, int min, int max)
    {
        // PostgreSQL counts characters, not UTF-16 units, and cannot hold U+0000.
        var length = value.EnumerateRunes().Count();
        if (length < min || length > max || (min > 0 && string.IsNullOrWhiteSpace(value)))
            throw RpcFault.Field(field, min > 0 ? $"must be {min} to {max} characters, not all blank" : $"must be at most {max} characters");
        return value.Contains('\0', StringComparison.Ordinal)
            ? throw RpcFault.Field(field, "must not contain the character U+0000")
            : value;
    }
}
