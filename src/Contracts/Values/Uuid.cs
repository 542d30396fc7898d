namespace KhsCrm.Contracts.Values;

/// <summary>
/// The one parser of ids. An id is an id only if it is, character for character, what <c>Guid.ToString("D")</c> prints: ids
/// are compared as strings, so that a second spelling would be a second id of the same row.
/// </summary>
public static class Uuid
{
    private const int Length = 36;

    /// <summary>Whether a string is an id.</summary>
    /// <param name="value">Whatever a caller sent; null is no id.</param>
    public static bool Is(string? value)
    {
        if (value is not { Length: Length })
            return false;
        for (var i = 0; i < Length; i++)
        {
            if (i is 8 or 13 or 18 or 23 ? value[i] != '-' : value[i] is not ((>= '0' and <= '9') or (>= 'a' and <= 'f')))
                return false;
        }

        return true;
    }

    /// <summary>Reads an id.</summary>
    /// <param name="value">Whatever a caller sent.</param>
    /// <param name="id">The id; empty when it is none.</param>
    /// <returns>Whether it is an id.</returns>
    public static bool TryParse(string? value, out Guid id)
    {
        id = default;
        return Is(value) && Guid.TryParseExact(value, "D", out id);
    }

    /// <summary>Reads an id; null when it is none.</summary>
    /// <param name="value">Whatever a caller sent.</param>
    public static Guid? Find(string? value) => TryParse(value, out var id) ? id : null;
}
