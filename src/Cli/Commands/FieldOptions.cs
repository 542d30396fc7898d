using System.CommandLine;
using KhsCrm.Cli.Errors;

namespace KhsCrm.Cli.Commands;

/// <summary>The options for the fields of a row.</summary>
internal abstract class FieldOptions
{
    protected abstract IReadOnlyList<Option> All { get; }

    public Command AddTo(Command command)
    {
        foreach (var option in All)
            command.Add(option);
        return command;
    }

    /// <summary>Refuses an edit that says nothing to change.</summary>
    public void RequireAny(CommandContext context)
    {
        if (!All.Any(context.Has))
            throw new UsageException($"Say what to change: {string.Join(", ", All.Select(option => option.Name))}.");
    }

    /// <summary>Sets a field that may be without a value: left out it changes nothing, empty it clears.</summary>
    protected static void SetOptional(CommandContext context, Option<string> option, Action<string> set, Action clear)
    {
        if (!context.Has(option))
            return;
        if (context.Get(option) is { Length: > 0 } value)
            set(value);
        else
            clear();
    }
}
