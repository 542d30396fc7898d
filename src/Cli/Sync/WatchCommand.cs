using System.Globalization;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Errors;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;

namespace KhsCrm.Cli.Sync;

/// <summary><c>khs sync --watch</c>: stays connected and tells what happens, a line each.</summary>
internal static class WatchCommand
{
    public static async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var client = context.Client;
        await context.RequireUserAsync(cancellationToken);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var changes = client.ObserveChangesAsync(ending.Token);
        await client.StartAsync(cancellationToken);
        var printing = new WatchedChanges(context).PrintAsync(changes, ending.Token);
        var last = SyncState.Offline;
        try
        {
            await foreach (var status in client.ObserveStatusAsync(cancellationToken))
            {
                if (Describe(status, last) is { } line)
                    Print(context.Printer, line);
                last = status.State;
                if (status.State is SyncState.SignedOut or SyncState.UpdateRequired or SyncState.Revoked)
                    throw status.Failure!;
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how a watch ends.
        }
        finally
        {
            await ending.CancelAsync();
            await printing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await client.StopAsync(CancellationToken.None);
        }

        return ExitCode.Of(await client.Outbox.CountAsync(CancellationToken.None));
    }

    /// <summary>Prints a line with the time before it.</summary>
    public static void Print(Printer printer, string line) =>
        printer.LiveLine($"{TimeProvider.System.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture)}  {line}");

    internal static string? Describe(ClientStatus status, SyncState last) => status.State switch
    {
        SyncState.Connecting => "connecting",
        SyncState.Live => "live",
        SyncState.Offline when status.Failure is { } failure => $"offline: {ErrorText.Sentence(ErrorText.Cause(failure))} Trying again.",
        SyncState.Failed when status.Failure is { } failure => $"failed: {ErrorText.Sentence(failure.Message, failure.Reason)} Trying again.",
        // A server that stops says so, and when to come back; nothing went wrong.
        SyncState.Offline when last is SyncState.Live or SyncState.CatchingUp => "offline: the server asked this device to connect again.",
        _ => null,
    };
}
