using Google.Protobuf;
using KhsCrm.Contracts.Entities;
using KhsCrm.Contracts.Entities.Fields;

namespace KhsCrm.SyncClient.Search;

/// <summary>
/// The words by which a row is found: folded and split here, so that the index and the comparison without it agree on what a
/// word is. A phone number is one word behind a mark that no other word has.
/// </summary>
internal static class SearchWords
{
    /// <summary>Stands before a phone number. Not a letter, and one character to the index's tokenizer.</summary>
    public const char PhoneMark = '\u2121';

    /// <summary>Gives the words of rows of a kind; null for a kind that is not searched.</summary>
    public static Func<T, List<string>>? Of<T>(EntityKind<T> kind)
        where T : class, IMessage<T>, new()
    {
        TextField<T>[] texts = [.. kind.TypedFields.OfType<TextField<T>>().Where(field => field.Search == TextSearch.Words)];
        TextField<T>[] phones = [.. kind.TypedFields.OfType<TextField<T>>().Where(field => field.Search == TextSearch.Phone)];
        if (texts.Length == 0 && phones.Length == 0)
            return null;
        return row =>
        {
            var words = Split(string.Join(' ', texts.Select(field => field.Get(row))));
            foreach (var field in phones)
            {
                if (Join(field.Get(row) ?? "") is { Length: > 0 } phone)
                    words.Add(PhoneMark + phone);
            }

            return words;
        };
    }

    public static List<string> Split(string text)
    {
        var folded = Fold(text);
        List<string> words = [];
        var begin = 0;
        for (var index = 0; index <= folded.Length; index++)
        {
            if (index < folded.Length && char.IsLetterOrDigit(folded[index]))
                continue;
            if (index > begin)
                words.Add(folded[begin..index]);
            begin = index + 1;
        }

        return words;
    }

    /// <summary>The letters and digits of a text without what stands between them: how phone numbers are compared.</summary>
    public static string Join(string text) => string.Concat(Split(text));

    // By the invariant culture: SQLite's tokenizers know other tables of cases than .NET.
    private static string Fold(string text) => text.ToLowerInvariant();
}
