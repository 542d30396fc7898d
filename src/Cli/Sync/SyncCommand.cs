using System.CommandLine;
using System.Text.Json.Nodes;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Errors;
using KhsCrm.Cli.Help;
using KhsCrm.Cli.Outbox;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;

namespace KhsCrm.Cli.Sync;

/// <summary><c>khs sync</c>.</summary>
internal static class SyncCommand
{
    public static Command Create(CommandRunner runner)
    {
        var watch = new Option<bool>("--watch") { Description = "Stay connected and print a line for each change, until Ctrl-C." };
        var command = new KhsCommand(
            "sync", "Send what was edited here and receive what changed elsewhere.", "sync", "sync --watch") { watch };
        command.SetAction(runner.Action((context, cancellationToken) => context.Get(watch) switch
        {
            true when context.Printer.IsJson => throw new UsageException("A watch never ends, so it has no JSON document: leave --json or --watch out."),
            true => WatchCommand.RunAsync(context, cancellationToken),
            false => OnceAsync(context, cancellationToken),
        }));
        return command;
    }

    private static async Task<int> OnceAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var known = (await context.Client.Outbox.ListConflictsAsync(cancellationToken)).Select(conflict => conflict.OperationId).ToHashSet();
        var summary = await SyncProgress.RunAsync(context, context.Client.SyncAsync, cancellationToken);
        var rejected = await context.Client.Outbox.ListAsync(OutboxState.Rejected, int.MaxValue, cancellationToken);
        var overwritten = (await context.Client.Outbox.ListConflictsAsync(cancellationToken))
            .Where(conflict => conflict.Kind == ConflictKind.Merged).ToList();
        if (context.Printer.IsJson)
            context.Printer.Json(ToJson(summary, rejected, overwritten));
        var sent = summary.Applied + summary.Merged + summary.Deferred + summary.Rejected;
        context.Printer.Line($"Sent {Words.Count(sent, "edit")}, received {Words.Count(summary.Received, "change")}.");
        if (summary.Deferred > 0)
            context.Printer.Error($"{Words.Count(summary.Deferred, "edit waits", "edits wait")} on the server for a row that has not arrived there yet.");
        // What an edit overwrote is told once, by the sync that learned of it, and then only counted.
        await SyncNotices.PrintAsync(
            context, rejected, overwritten, conflict => !known.Contains(conflict.OperationId), cancellationToken);
        return ExitCode.Of(await context.Client.Outbox.CountAsync(cancellationToken));
    }

    private static JsonObject ToJson(SyncSummary summary, IReadOnlyList<OutboxOperation> rejected, List<EditConflict> overwritten) => new()
    {
        ["applied"] = summary.Applied,
        ["merged"] = summary.Merged,
        ["deferred"] = summary.Deferred,
        ["rejected"] = summary.Rejected,
        ["received"] = summary.Received,
        ["rejected_operations"] = new JsonArray([.. rejected.Select(OperationText.ToJson)]),
        ["conflicts"] = new JsonArray([.. overwritten.Select(ConflictText.ToJson)]),
    };
}
