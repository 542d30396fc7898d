using System.Globalization;

namespace KhsCrm.Contracts.Values;

/// <summary>
/// The one parser of quantities: digits, with or without a point. <see cref="decimal.TryParse(string, out decimal)"/> alone
/// also takes characters U+0000 at the end.
/// </summary>
internal static class Quantity
{
    public static bool TryParse(string value, out decimal quantity)
    {
        quantity = 0;
        foreach (var character in value)
        {
            if (!char.IsAsciiDigit(character) && character != '.')
                return false;
        }

        return decimal.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out quantity);
    }

    /// <summary>Whether two texts are one quantity, or the same text.</summary>
    public static bool AreEqual(string left, string right) =>
        left == right || (TryParse(left, out var a) && TryParse(right, out var b) && a == b);
}
