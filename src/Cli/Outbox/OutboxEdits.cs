using System.CommandLine;
using System.Text.Json.Nodes;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Help;
using KhsCrm.Cli.Ids;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;

namespace KhsCrm.Cli.Outbox;

/// <summary>The commands that decide what becomes of an edit.</summary>
internal static class OutboxEdits
{
    public static Command Retry(CommandRunner runner)
    {
        var id = OutboxCommands.Id();
        var command = new KhsCommand("retry", "Queue a rejected edit again, on the row as it now is.", "outbox retry 01a20597") { id };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var entry = await RequireAsync(context, id, cancellationToken);
            await context.Client.Outbox.RetryAsync(entry.Id, cancellationToken);
            await DoneAsync(context, entry, "Queued again", " Next: khs sync", cancellationToken);
        }));
        return command;
    }

    public static Command Discard(CommandRunner runner)
    {
        var id = OutboxCommands.Id();
        var command = new KhsCommand("discard", "Give up an edit that was rejected or not sent yet.", "outbox discard 01a20597") { id };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var entry = await RequireAsync(context, id, cancellationToken);
            await context.Client.Outbox.DiscardAsync(entry.Id, cancellationToken);
            await DoneAsync(context, entry, "Given up", "", cancellationToken);
        }));
        return command;
    }

    private static async Task<OutboxOperation> RequireAsync(CommandContext context, Argument<string> id, CancellationToken cancellationToken)
    {
        await context.RequireUserAsync(cancellationToken);
        var typed = context.Require(id);
        var entries = await context.Client.Outbox.ListAsync(limit: int.MaxValue, cancellationToken: cancellationToken);
        var resolved = await IdPrefix.ResolveAsync(typed, "edit", "outbox list", entries.Select(entry => entry.Id), cancellationToken);
        return entries.Single(entry => entry.Id == resolved);
    }

    private static async Task DoneAsync(
        CommandContext context, OutboxOperation entry, string what, string next, CancellationToken cancellationToken)
    {
        if (context.Printer.IsJson)
            context.Printer.Json(new JsonObject { ["operation"] = Printer.ToJson(entry.Operation) });
        var edit = await OperationText.DescribeAsync(new RowNames(context.Client), entry.Operation, cancellationToken);
        context.Printer.Line($"{what}: {edit}.{next}");
    }
}
