using System.Globalization;
using Google.Protobuf.Reflection;
using KhsCrm.V1;

namespace KhsCrm.Cli.Output;

/// <summary>Values as people type and read them.</summary>
internal static class Words
{
    /// <summary>The reason as errors carry it, such as <c>FIELD_INVALID</c>.</summary>
    public static string Reason(ErrorReason reason) =>
        Name(ErrorReasonReflection.Descriptor.FindTypeByName<EnumDescriptor>("ErrorReason"), (int)reason, "ERROR_REASON_");

    /// <summary>The status as it is typed, such as <c>IN_PROGRESS</c>.</summary>
    public static string Status(JobStatus status) => Name(Statuses, (int)status, StatusPrefix);

    public static string Role(Role role) => role.ToString().ToLowerInvariant();

    /// <summary>Reads a status in any case, with _ or -.</summary>
    public static JobStatus ParseStatus(string typed)
    {
        var name = typed.ToUpperInvariant().Replace('-', '_').Replace(' ', '_');
        var value = Statuses.FindValueByName(StatusPrefix + name);
        return value is { Number: > 0 }
            ? (JobStatus)value.Number
            : throw new UsageException(
                $"'{typed}' is not a status: use {string.Join(", ", Statuses.Values.Skip(1).Select(one => one.Name[StatusPrefix.Length..]))}.");
    }

    /// <summary>Reads a date such as 2026-05-31; nothing for an empty text.</summary>
    public static Google.Type.Date? ParseDate(string option, string? typed)
    {
        if (string.IsNullOrEmpty(typed))
            return null;
        return DateOnly.TryParseExact(typed, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? new() { Year = day.Year, Month = day.Month, Day = day.Day }
            : throw new UsageException($"'{typed}' is not a date for {option}: write it like 2026-05-31.");
    }

    public static string Date(Google.Type.Date? day) =>
        day is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{day.Year:D4}-{day.Month:D2}-{day.Day:D2}");

    public static string Time(Google.Protobuf.WellKnownTypes.Timestamp? time) =>
        time is null ? "" : time.ToDateTimeOffset().ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);


    private const string StatusPrefix = "JOB_STATUS_";

    private static readonly EnumDescriptor Statuses = JobReflection.Descriptor.FindTypeByName<EnumDescriptor>("JobStatus");

    private static string Name(EnumDescriptor type, int number, string prefix) =>
        type.FindValueByNumber(number)?.Name[prefix.Length..] ?? number.ToString(CultureInfo.InvariantCulture);
}
