using KhsCrm.V1;
using Date = Google.Type.Date;

namespace KhsCrm.Contracts.Values;

/// <summary>The rules for single values. Each answers null, or what is wrong.</summary>
internal static class ValueRules
{
    public static FieldViolation? Text(string field, string value, int min, int max)
    {
        // PostgreSQL counts characters, not UTF-16 units, and cannot store U+0000.
        if (value.Contains('\0', StringComparison.Ordinal))
            return new(field, "must not contain the character U+0000");
        var length = value.Length <= max ? value.Length : value.EnumerateRunes().Count();
        if (length > max || length < min)
            return new(field, min == 0 ? $"must be at most {max} characters" : $"must be {min} to {max} characters");
        return min > 0 && string.IsNullOrWhiteSpace(value) ? new(field, "must not be blank") : null;
    }

    public static FieldViolation? Email(string field, string value, int min, int max)
    {
        if (min == 0 && value.Length == 0)
            return new(field, "must be left unset rather than empty");
        if (Text(field, value, min, max) is { } violation)
            return violation;
        var at = value.IndexOf('@', StringComparison.Ordinal);
        return at < 1 || at == value.Length - 1 || value.Any(char.IsWhiteSpace)
            ? new(field, "must be an e-mail address")
            : null;
    }

    public static FieldViolation? Id(string field, string? value) =>
        Uuid.Is(value) ? null : new(field, "must be a lower-case UUID");

    public static FieldViolation? Quantity(string field, string value)
    {
        const string rule = "must be a decimal above 0 with at most 8 digits before the point and 2 after it";
        return Values.Quantity.TryParse(value, out var quantity)
            && quantity is > 0 and < 100_000_000
            && decimal.Round(quantity, 2) == quantity
                ? null
                : new(field, rule);
    }

    public static FieldViolation? Known<TEnum>(string field, TEnum value)
        where TEnum : struct, Enum =>
        Enum.IsDefined(value)
            ? null
            : new(field, $"{value:D} is not a {typeof(TEnum).Name}", ErrorReason.EnumValueUnknown);

    public static FieldViolation? Day(string field, Date? value) =>
        value is null
        || (value.Year is >= 1 and <= 9999 && value.Month is >= 1 and <= 12
            && value.Day >= 1 && value.Day <= DateTime.DaysInMonth(value.Year, value.Month))
            ? null
            : new(field, "must be a full date: year 1 to 9999, month and day");
}
