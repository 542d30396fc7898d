using System.CommandLine;
using KhsCrm.Cli.Commands;

namespace KhsCrm.Cli;

/// <summary><c>khs</c>: the table of contents of its commands.</summary>
internal static class KhsApp
{
    public static async Task<int> RunAsync(string[] args, TextReader input, TextWriter output, TextWriter error)
    {
        var global = new GlobalOptions();
        var runner = new CommandRunner(global, input, output, error);
        var root = new RootCommand("khs keeps customers, jobs and materials on this device and in sync with the server.")
        {
            global.Data, global.Server, global.Json,
            SessionCommands.Login(runner),
            SessionCommands.Logout(runner),
            SyncCommand.Create(runner),
            StatusCommand.Create(runner),
            CustomerCommands.Create(runner),
            JobCommands.Create(runner),
            MaterialCommands.Create(runner),
            OutboxCommands.Create(runner),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var problem in parsed.Errors)
                await error.WriteLineAsync(problem.Message);
            await error.WriteLineAsync($"Try: khs {string.Join(' ', parsed.CommandResult.Path())} --help".Replace("  ", " ", StringComparison.Ordinal));
            return ExitCode.Usage;
        }

        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
        };
        return await parsed.InvokeAsync(configuration);
    }

    private static Stack<string> Path(this System.CommandLine.Parsing.CommandResult result)
    {
        var names = new Stack<string>();
        for (System.CommandLine.Parsing.SymbolResult? at = result; at is not null; at = at.Parent)
        {
            if (at is System.CommandLine.Parsing.CommandResult { Command: not RootCommand } command)
                names.Push(command.Command.Name);
        }

        return names;
    }
}
