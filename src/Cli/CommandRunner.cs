using System.CommandLine;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;

namespace KhsCrm.Cli;

/// <summary>
/// Runs what a command does on the device of <c>--data</c>, and turns what goes wrong into one sentence on stderr and an
/// exit code.
/// </summary>
internal sealed class CommandRunner(GlobalOptions global, TextReader input, TextWriter output, TextWriter error)
{
    public TextReader Input { get; } = input;

    /// <summary>Makes a command's action.</summary>
    public Func<ParseResult, CancellationToken, Task<int>> Action(Func<CommandContext, CancellationToken, Task<int>> run) =>
        async (parsed, cancellationToken) =>
        {
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
                var printer = new Printer(output, error, parsed.GetValue(global.Json));
                return await run(new CommandContext(parsed, client, printer, Input), cancellationToken);
            }
            catch (UsageException exception)
            {
                await error.WriteLineAsync(exception.Message);
                return ExitCode.Usage;
            }
            catch (NotSignedInException exception)
            {
                await error.WriteLineAsync($"{exception.Message} Try: khs login EMAIL");
                return ExitCode.NotSignedIn;
            }
            catch (KhsCrmException exception)
            {
                var reason = exception.Reason == V1.ErrorReason.Unspecified ? "" : $" ({Words.Reason(exception.Reason)})";
                await error.WriteLineAsync(exception.Message + reason);
                return ExitCode.Of(exception);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or Microsoft.Data.Sqlite.SqliteException)
            {
                await error.WriteLineAsync($"The data folder cannot be used: {exception.Message}");
                return ExitCode.Failed;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                await error.WriteLineAsync("Interrupted.");
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
