using System.CommandLine;
using KhsCrm.Cli.Errors;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;

namespace KhsCrm.Cli.Commands;

/// <summary>
/// Runs what a command does on the device of <c>--data</c>, and turns what goes wrong into a line on stderr and an exit
/// code.
/// </summary>
internal sealed class CommandRunner(GlobalOptions global, Terminal terminal)
{
    /// <summary>Makes a command's action.</summary>
    public Func<ParseResult, CancellationToken, Task<int>> Action(Func<CommandContext, CancellationToken, Task<int>> run) =>
        Guard(async (parsed, printer, cancellationToken) =>
        {
            await using var client = await KhsCrmClient.OpenAsync(Options(parsed), cancellationToken);
            var context = new CommandContext(parsed, client, printer, terminal) { Server = parsed.GetValue(global.Server) };
            return await run(context, cancellationToken);
        });

    /// <summary>Makes the action of a command that works on a store which cannot be opened.</summary>
    public Func<ParseResult, CancellationToken, Task<int>> ActionOnFolder(Func<KhsCrmClientOptions, Printer, CancellationToken, Task> run) =>
        Guard(async (parsed, printer, cancellationToken) =>
        {
            await run(Options(parsed), printer, cancellationToken);
            return ExitCode.Ok;
        });

    /// <inheritdoc cref="Action(Func{CommandContext, CancellationToken, Task{int}})"/>
    public Func<ParseResult, CancellationToken, Task<int>> Action(Func<CommandContext, CancellationToken, Task> run) =>
        Action(async (context, cancellationToken) =>
        {
            await run(context, cancellationToken);
            return ExitCode.Ok;
        });

    private KhsCrmClientOptions Options(ParseResult parsed)
    {
        var options = new KhsCrmClientOptions
        {
            DataFolder = parsed.GetValue(global.Data)!,
            ServerAddress = parsed.GetValue(global.Server),
            AppVersion = "khs/0.1.0",
        };
        global.Connection.Apply(parsed, options);
        return options;
    }

    private Func<ParseResult, CancellationToken, Task<int>> Guard(Func<ParseResult, Printer, CancellationToken, Task<int>> run) =>
        async (parsed, cancellationToken) =>
        {
            var printer = new Printer(terminal, parsed.GetValue(global.Json));
            try
            {
                return await run(parsed, printer, cancellationToken);
            }
            catch (UsageException exception)
            {
                printer.Failure(exception.Message, "USAGE");
                return ExitCode.Usage;
            }
            catch (KhsCrmException exception)
            {
                printer.Failure(ErrorText.Of(exception), ErrorText.NameOf(exception.Reason));
                return ExitCode.Of(exception);
            }
            catch (IOException exception)
            {
                // The store's own failures are KhsCrmExceptions: what is left is where the answer goes.
                printer.Failure($"The answer could not be written: {ErrorText.Sentence(exception.Message)} Your edits are kept.", "OUTPUT_FAILED");
                return ExitCode.Failed;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                printer.Failure("Interrupted; your edits are kept.", "INTERRUPTED");
                return ExitCode.Interrupted;
            }
        };
}
