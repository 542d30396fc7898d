namespace KhsCrm.Storage.Queries;

/// <summary>What a user typed, made safe for a pattern.</summary>
internal static class SearchText
{
    /// <summary>The LIKE pattern of texts that begin with this one, its own wildcards taken as they are written.</summary>
    public static string PrefixPattern(string text) =>
        text.Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace("%", @"\%", StringComparison.Ordinal)
            .Replace("_", @"\_", StringComparison.Ordinal) + "%";
}
