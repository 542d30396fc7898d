using System.CommandLine;
using System.CommandLine.Parsing;

namespace KhsCrm.Cli.Errors;

/// <summary>What of a command line was not understood, and where the help is.</summary>
internal static class ParseErrorText
{
    public static IEnumerable<string> Of(ParseResult parsed)
    {
        var path = Path(parsed.CommandResult);
        var command = parsed.CommandResult.Command;
        if (command.Subcommands.Count > 0 && (command.Action is null || parsed.UnmatchedTokens.Count > 0))
        {
            var names = string.Join(", ", command.Subcommands.Select(one => one.Name));
            yield return parsed.UnmatchedTokens is [var unknown, ..]
                ? $"There is no '{path} {unknown}'. There is: {names}."
                : $"'{path}' needs to know what to do: {names}.";
        }
        else if (Missing(parsed) is { Count: > 0 } missing)
        {
            yield return $"'{path}' needs {string.Join(" and ", missing)}.";
        }
        else
        {
            foreach (var problem in parsed.Errors)
                yield return problem.Message;
        }

        yield return $"Help: {path} --help";
    }

    private static List<string> Missing(ParseResult parsed) =>
    [
        .. parsed.CommandResult.Command.Arguments
            .Where(argument => argument.Arity.MinimumNumberOfValues > 0 && parsed.GetResult(argument) is not { Tokens.Count: > 0 })
            .Select(argument => argument.Name),
        .. parsed.CommandResult.Command.Options.Where(option => option.Required && parsed.GetResult(option) is null or { Implicit: true })
            .Select(option => $"{option.Name} {option.HelpName}"),
    ];

    private static string Path(CommandResult result)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = result; at is not null; at = at.Parent)
        {
            if (at is CommandResult { Command: not RootCommand } command)
                names.Push(command.Command.Name);
        }

        return string.Join(' ', names.Prepend("khs"));
    }
}
