using System.Globalization;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using KhsCrm.Cli.Errors;
using KhsCrm.V1;
using Spectre.Console;

namespace KhsCrm.Cli.Output;

/// <summary>Values as people type and read them.</summary>
internal static class Words
{
    private const string StatusPrefix = "JOB_STATUS_";

    private static readonly EnumDescriptor Statuses = JobReflection.Descriptor.FindTypeByName<EnumDescriptor>("JobStatus");

    /// <summary>The statuses as they are typed, such as <c>in-progress</c>, in the order of a job's life.</summary>
    public static IReadOnlyList<string> StatusNames { get; } = [.. Statuses.Values.Skip(1).Select(one => Typed(one.Name))];

    /// <summary>The reason as errors carry it, such as <c>FIELD_INVALID</c>.</summary>
    public static string Reason(ErrorReason reason) =>
        Name(ErrorReasonReflection.Descriptor.FindTypeByName<EnumDescriptor>("ErrorReason"), (int)reason, "ERROR_REASON_");

    /// <summary>The status as it is typed and read, such as <c>in-progress</c>.</summary>
    public static string Status(JobStatus status) => Typed(Name(Statuses, (int)status, ""));

    /// <summary>The status in its colour.</summary>
    public static Cell StatusCell(JobStatus status) => new(Status(status), status switch
    {
        JobStatus.InProgress => Color.Blue,
        JobStatus.WaitingOnMaterials => Color.Olive,
        JobStatus.Completed => Color.Green,
        JobStatus.OnHold => Color.Purple,
        _ => null,
    });

    /// <summary>The kind of row as the API names it, such as <c>ENTITY_TYPE_JOB</c>.</summary>
    public static string EntityType(EntityType type) => Name(EntityReflection.Descriptor.FindTypeByName<EnumDescriptor>("EntityType"), (int)type, "");

    public static string Role(Role role) => role.ToString().ToLowerInvariant();

    /// <summary>Reads a status in any case, with - or _ or a space.</summary>
    public static JobStatus ParseStatus(string typed)
    {
        var name = typed.ToUpperInvariant().Replace('-', '_').Replace(' ', '_');
        var value = Statuses.FindValueByName(StatusPrefix + name);
        return value is { Number: > 0 }
            ? (JobStatus)value.Number
            : throw new UsageException($"'{typed}' is not a status: use {string.Join(", ", StatusNames)}.");
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

    /// <summary>A time on this machine's clock, to the minute.</summary>
    public static string Time(Timestamp? time) => time is null ? "" : Time(time.ToDateTimeOffset());

    /// <inheritdoc cref="Time(Timestamp?)"/>
    public static string Time(DateTimeOffset time) =>
        time.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>A number of things, such as <c>1 edit</c> or <c>2 edits</c>.</summary>
    public static string Count(long count, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many ?? one + "s")}");

    private static string Typed(string name) => name.Replace(StatusPrefix, "", StringComparison.Ordinal).ToLowerInvariant().Replace('_', '-');

    private static string Name(EnumDescriptor type, int number, string prefix) =>
        type.FindValueByNumber(number)?.Name[prefix.Length..] ?? number.ToString(CultureInfo.InvariantCulture);
}
