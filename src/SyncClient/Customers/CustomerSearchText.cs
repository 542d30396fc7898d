using System.Text;
using KhsCrm.SyncClient.Store;
using KhsCrm.V1;

namespace KhsCrm.SyncClient;

/// <summary>
/// What a search looks at: a customer's words, each after a space, then the phone number after a line break. So a word of
/// the query with a space before it finds the beginnings of words, and the whole with a line break that of the number.
/// </summary>
internal static class CustomerSearchText
{
    /// <summary>Longer searches are refused: each word is a condition, and SQLite takes 1,000 of them.</summary>
    private const int MaxLength = 500;
    private const char BeforeWord = ' ';
    private const char BeforePhone = '\n';

    public static string Of(Customer row)
    {
        var text = new StringBuilder();
        foreach (var word in Words($"{row.Name} {row.Address} {row.Email}"))
            text.Append(BeforeWord).Append(word);
        return text.Append(BeforePhone).Append(Fold(row.Phone)).ToString();
    }

    public static void Restrict(RowQuery<Customer> query, string? search)
    {
        if (string.IsNullOrWhiteSpace(search))
            return;
        if (search.Length > MaxLength)
        {
            throw new KhsCrmException($"A search may have {MaxLength} characters, and this one has {search.Length}.")
            {
                Reason = ErrorReason.FieldInvalid,
            };
        }

        List<string> values = [.. Words(search).Distinct().Select(word => BeforeWord + word)];
        var hasWords = string.Join(" AND ", values.Select(_ => "instr(search, $) > 0"));
        values.Add(BeforePhone + Fold(search.Trim()));
        query.Where(values.Count == 1 ? "instr(search, $) > 0" : $"({hasWords}) OR instr(search, $) > 0", values);
    }

    private static IEnumerable<string> Words(string text)
    {
        var folded = Fold(text);
        var begin = 0;
        for (var index = 0; index <= folded.Length; index++)
        {
            if (index < folded.Length && char.IsLetterOrDigit(folded[index]))
                continue;
            if (index > begin)
                yield return folded[begin..index];
            begin = index + 1;
        }
    }

    // By the invariant culture: SQLite's own LIKE knows only the case of ASCII.
    private static string Fold(string text) => text.ToLowerInvariant();
}
