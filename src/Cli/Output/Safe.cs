namespace KhsCrm.Cli.Output;

/// <summary>
/// Makes text of other people safe to print: a customer's name must not be able to move the cursor of a terminal or to
/// look like a line of ours.
/// </summary>
internal static class Safe
{
    /// <summary>The text on one line, each control character a space.</summary>
    public static string Line(string text) => Replace(text, keepsLines: false);

    /// <summary>The text with its line breaks, each other control character a space.</summary>
    public static string Lines(string text) => Replace(text.ReplaceLineEndings("\n"), keepsLines: true);

    private static string Replace(string text, bool keepsLines) =>
        text.Any(char.IsControl)
            ? string.Create(text.Length, (text, keepsLines), (target, source) =>
            {
                for (var i = 0; i < target.Length; i++)
                    target[i] = char.IsControl(source.text[i]) && !(source.keepsLines && source.text[i] == '\n') ? ' ' : source.text[i];
            })
            : text;
}
