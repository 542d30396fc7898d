using System.CommandLine;
using System.Text.Json.Nodes;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;

namespace KhsCrm.Cli.Commands;

/// <summary><c>khs sync</c>.</summary>
internal static class SyncCommand
{
    public static Command Create(CommandRunner runner)
    {
        var watch = new Option<bool>("--watch") { Description = "Stay connected and print a line for each change, until Ctrl-C." };
        var command = new Command("sync", "Send what was edited here and receive what changed elsewhere.") { watch };
        command.SetAction(runner.Action((context, cancellationToken) =>
            context.Get(watch) ? WatchCommand.RunAsync(context, cancellationToken) : OnceAsync(context, cancellationToken)));
        return command;
    }

    private static async Task<int> OnceAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var summary = await context.Client.SyncAsync(cancellationToken);
        var rejected = await context.Client.Outbox.ListAsync(OutboxState.Rejected, cancellationToken: cancellationToken);
        var counts = await context.Client.Outbox.CountAsync(cancellationToken);
        if (context.Printer.IsJson)
        {
            context.Printer.Json(new JsonObject
            {
                ["applied"] = summary.Applied,
                ["merged"] = summary.Merged,
                ["deferred"] = summary.Deferred,
                ["rejected"] = summary.Rejected,
                ["received"] = summary.Received,
                ["rejected_operations"] = new JsonArray([.. rejected.Select(OperationText.ToJson)]),
                ["conflicts"] = counts.Conflicts,
            });
        }

        var sent = summary.Applied + summary.Merged + summary.Deferred + summary.Rejected;
        context.Printer.Line($"Sent {sent}, received {summary.Received}.");
        if (summary.Deferred > 0)
            context.Printer.Line($"{summary.Deferred} wait on the server for a row that has not arrived there yet.");
        foreach (var entry in rejected)
            context.Printer.Error($"Rejected: {OperationText.Describe(entry)}: {OperationText.Why(entry)}");
        if (rejected.Count > 0)
            context.Printer.Error("Try: khs outbox retry ID, or khs outbox discard ID");
        if (counts.Conflicts > 0)
            context.Printer.Error($"{counts.Conflicts} edits of this device overwrote somebody else's. See: khs outbox list");
        return rejected.Count > 0 || counts.Conflicts > 0 ? ExitCode.OperationsWait : ExitCode.Ok;
    }
}
