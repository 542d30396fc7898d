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
        async (parsed, cancellationToken) =>
        {
            var printer = new Printer(terminal, parsed.GetValue(global.Json));
            try
            {
                await using var client = await KhsCrmClient.OpenAsync(
                    new KhsCrmClientOptions
                    {
                        DataFolder = parsed.GetValue(global.Data)!,
                        ServerAddress = parsed.GetValue(global.Server),
                        AppVersion = "khs/0.1.0",
                    },
                    cancellationToken);
                var context = new CommandContext(parsed, client, printer, terminal) { Server = parsed.GetValue(global.Server) };
                return await run(context, cancellationToken);
            }
            catch (UsageException exception)
            {
                printer.Error(exception.Message);
                return ExitCode.Usage;
            }
            catch (KhsCrmException exception)
            {
                printer.Error(ErrorText.Of(exception));
                return ExitCode.Of(exception);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or Microsoft.Data.Sqlite.SqliteException)
            {
                printer.Error($"{ErrorText.Sentence(exception.Message)} Give another folder with --data DIR.");
                return ExitCode.Failed;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                printer.Error("Interrupted; what was edited is kept.");
                return ExitCode.Failed;
            }
        };

    /// <inheritdoc cref="Action(Func{CommandContext, CancellationToken, Task{int}})"/>
    public Func<ParseResult, CancellationToken, Task<int>> Action(Func<CommandContext, CancellationToken, Task> run) =>
        Action(async (context, cancellationToken) =>
        {
            await run(context, cancellationToken);
            return ExitCode.Ok;
        });
}
