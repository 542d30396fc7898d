using KhsCrm.V1;

namespace KhsCrm.SyncClient.Search;

/// <summary>What a person typed to find rows.</summary>
internal sealed class SearchText
{
    /// <summary>Longer searches are refused: each word is a term of the index's query.</summary>
    private const int MaxLength = 500;

    private readonly List<string> _words;
    private readonly string? _phone;

    private SearchText(string text)
    {
        _words = [.. SearchWords.Split(text).Distinct(StringComparer.Ordinal)];
        if (text.Any(char.IsAsciiDigit))
            _phone = SearchWords.PhoneMark + SearchWords.Join(text);
    }

    /// <summary>Whether nothing can be found, because there is neither a letter nor a digit.</summary>
    public bool FindsNothing => _words.Count == 0;

    /// <summary>The query in the index's language.</summary>
    public string Match
    {
        get
        {
            var words = string.Join(" AND ", _words.Select(Prefix));
            return _phone is null ? words : $"({words}) OR {Prefix(_phone)}";
        }
    }

    /// <summary>Reads what was typed.</summary>
    /// <returns>Null when nothing was, and so everything is to be shown.</returns>
    public static SearchText? Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        return text.Length <= MaxLength
            ? new(text)
            : throw new KhsCrmException($"A search may have {MaxLength} characters, and this one has {text.Length}.")
            {
                Reason = ErrorReason.FieldInvalid,
            };
    }

    /// <summary>The same as <see cref="Match"/>, without the index.</summary>
    public bool IsIn(List<string> words) => _words.TrueForAll(word => Begins(words, word)) || (_phone is not null && Begins(words, _phone));

    private static bool Begins(List<string> words, string beginning) =>
        words.Exists(word => word.StartsWith(beginning, StringComparison.Ordinal));

    // Quoted: a word may be one of the language's own, such as NOT. It holds letters and digits only.
    private static string Prefix(string word) => $"\"{word}\"*";
}
