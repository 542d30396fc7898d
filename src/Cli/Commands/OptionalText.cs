using System.CommandLine;

namespace KhsCrm.Cli.Commands;

/// <summary>An option for a field that may be without a value: left out it changes nothing, empty it clears.</summary>
internal static class OptionalText
{
    public static void Set(CommandContext context, Option<string> option, Action<string> set, Action clear)
    {
        if (!context.Has(option))
            return;
        if (context.Get(option) is { Length: > 0 } value)
            set(value);
        else
            clear();
    }
}
