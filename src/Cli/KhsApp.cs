using System.CommandLine;
using System.CommandLine.Help;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Customers;
using KhsCrm.Cli.Errors;
using KhsCrm.Cli.Help;
using KhsCrm.Cli.Jobs;
using KhsCrm.Cli.Materials;
using KhsCrm.Cli.Operations;
using KhsCrm.Cli.Outbox;
using KhsCrm.Cli.Output;
using KhsCrm.Cli.Sessions;
using KhsCrm.Cli.Sync;

namespace KhsCrm.Cli;

/// <summary><c>khs</c>: the table of contents of its commands.</summary>
internal static class KhsApp
{
    public static async Task<int> RunAsync(string[] args, Terminal terminal)
    {
        var root = CreateRoot(terminal);
        var parsed = root.Parse([.. args.SelectMany(SplitEmpty)]);
        if (parsed.Errors.Count > 0 && !IsDirective(args))
        {
            var lines = ParseErrorText.Of(parsed).ToList();
            if (args.Contains("--json"))
                new Printer(terminal, isJson: true).Failure(string.Join(' ', lines), "USAGE");
            else
                lines.ForEach(line => terminal.Error.WriteLine(Safe.Line(line)));
            return ExitCode.Usage;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = terminal.Out,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            // A watch that is interrupted closes its stream in good order; on a busy machine that takes more than the usual 2 s.
            ProcessTerminationTimeout = TimeSpan.FromSeconds(30),
        });
    }

    /// <summary>All commands.</summary>
    public static RootCommand CreateRoot(Terminal terminal)
    {
        var global = new GlobalOptions();
        var runner = new CommandRunner(global, terminal);
        var root = new RootCommand("khs keeps customers, jobs and materials on this device and in sync with the server.")
        {
            global.Data, global.Server, global.Json,
            LoginCommand.Create(runner),
            LogoutCommand.Create(runner),
            SyncCommand.Create(runner),
            StatusCommand.Create(runner),
            CustomerCommands.Create(runner),
            JobCommands.Create(runner),
            MaterialCommands.Create(runner),
            OutboxCommands.Create(runner),
            ConflictCommands.Create(runner),
            VerifyCommand.Create(runner),
            QueueCommand.Create(runner),
            HealthCommand.Create(runner),
            RescueCommand.Create(runner),
            CompletionCommand.Create(terminal),
        };
        foreach (var option in global.Connection.All)
            root.Options.Add(option);
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        // Of the names of other systems, which completion would offer, none is needed here.
        foreach (var alias in help.Aliases.Where(alias => alias != "-h").ToList())
            help.Aliases.Remove(alias);
        return root;
    }

    // "--phone=" is "--phone" with nothing; the parser would take the next word for the value.
    private static string[] SplitEmpty(string arg) =>
        arg.Length > 3 && arg.StartsWith("--", StringComparison.Ordinal) && arg.EndsWith('=') ? [arg[..^1], ""] : [arg];

    // "[suggest:12] …" of a shell's completion: the rest is a line that is not finished, and no command.
    private static bool IsDirective(string[] args) => args is [['[', ..], ..];
}
