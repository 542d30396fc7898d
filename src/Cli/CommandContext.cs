using System.CommandLine;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;

namespace KhsCrm.Cli;

/// <summary>What a command works with.</summary>
internal sealed record CommandContext(ParseResult Parsed, KhsCrmClient Client, Printer Printer, TextReader Input)
{
    /// <summary>The value of an argument that must be there.</summary>
    public T Require<T>(Argument<T> argument) => Parsed.GetValue(argument)!;

    public T? Get<T>(Option<T> option) => Parsed.GetValue(option);

    /// <summary>Whether an option was typed; an empty value clears a field.</summary>
    public bool Has(Option option) => Parsed.GetResult(option) is { Implicit: false };
}
