using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace KhsCrm.Cli.Help;

/// <summary>The usual help, and below it examples; for khs itself, what its exit codes mean.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    private const string ExitCodes = """
        Exit codes:
          0  done
          1  failed
          2  not understood
          3  nobody is signed in
          4  rejected or conflicting edits wait for you (sync and status)
          5  the server cannot be reached
          6  this khs is too old for the server
        """;

    private static readonly string[] First =
    [
        "login owner@khscrm.com --server https://crm.example.com", "sync", "customers search mill", "jobs list --mine",
    ];

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var exitCode = usual.Invoke(parseResult);
        var command = parseResult.CommandResult.Command;
        var output = parseResult.InvocationConfiguration.Output;
        var examples = command is RootCommand ? First : (command as KhsCommand)?.Examples ?? [];
        if (examples.Count > 0)
            output.WriteLine("Examples:");
        foreach (var example in examples)
            output.WriteLine($"  khs {example}");
        if (examples.Count > 0)
            output.WriteLine();
        if (command is RootCommand)
            output.WriteLine(ExitCodes);
        return exitCode;
    }
}
