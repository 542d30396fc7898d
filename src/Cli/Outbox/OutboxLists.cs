using System.CommandLine;
using System.Text.Json.Nodes;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Help;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;

namespace KhsCrm.Cli.Outbox;

/// <summary>The commands that show the outbox.</summary>
internal static class OutboxLists
{
    private static readonly Column[] All = [new("ID"), new("State"), new("Edit", IsText: true), new("Made", IsExtra: true)];

    private static readonly Column[] Rejected = [new("ID"), new("Edit", IsText: true), new("Why", IsText: true), new("Made", IsExtra: true)];

    public static Command List(CommandRunner runner)
    {
        var command = new KhsCommand("list", "List the edits that the server has not settled, and what conflicts.", "outbox list");
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            await context.RequireUserAsync(cancellationToken);
            var entries = await context.Client.Outbox.ListAsync(limit: int.MaxValue, cancellationToken: cancellationToken);
            var conflicts = await context.Client.Outbox.ListConflictsAsync(cancellationToken);
            if (context.Printer.IsJson)
            {
                context.Printer.Json(new JsonObject
                {
                    ["operations"] = new JsonArray([.. entries.Select(OperationText.ToJson)]),
                    ["conflicts"] = new JsonArray([.. conflicts.Select(ConflictText.ToJson)]),
                });
                return;
            }

            await PrintAsync(context, entries, cancellationToken);
            if (conflicts.Count == 0)
                return;
            context.Printer.Line("");
            await ConflictTable.PrintAsync(context, conflicts, cancellationToken);
        }));
        return command;
    }

    public static Command Failed(CommandRunner runner)
    {
        var command = new KhsCommand("failed", "List the edits that the server rejected, and why.", "outbox failed", "outbox failed --json");
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            await context.RequireUserAsync(cancellationToken);
            var entries = await context.Client.Outbox.ListAsync(OutboxState.Rejected, int.MaxValue, cancellationToken);
            if (context.Printer.IsJson)
                context.Printer.Json(new JsonObject { ["operations"] = new JsonArray([.. entries.Select(OperationText.ToJson)]) });
            else if (entries.Count == 0)
                context.Printer.Line("No edit was rejected.");
            else
                await PrintRejectedAsync(context, entries, cancellationToken);
        }));
        return command;
    }

    private static async Task PrintAsync(CommandContext context, IReadOnlyList<OutboxOperation> entries, CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
        {
            context.Printer.Line("Nothing waits: every edit is on the server.");
            return;
        }

        var names = new RowNames(context.Client);
        var shortId = await ShortIdsAsync(context, entries, cancellationToken);
        var rows = new List<IReadOnlyList<Cell>>();
        foreach (var entry in entries)
        {
            rows.Add([
                shortId(entry.Id), OperationText.State(entry.State),
                await OperationText.DescribeAsync(names, entry.Operation, cancellationToken), Words.Time(entry.QueuedAt),
            ]);
        }

        context.Printer.Table(All, rows);
        if (entries.Any(entry => entry.State == OutboxState.Rejected))
            context.Printer.Error("Why edits were rejected: khs outbox failed");
    }

    private static async Task PrintRejectedAsync(
        CommandContext context, IReadOnlyList<OutboxOperation> entries, CancellationToken cancellationToken)
    {
        var names = new RowNames(context.Client);
        var shortId = await ShortIdsAsync(context, entries, cancellationToken);
        var rows = new List<IReadOnlyList<Cell>>();
        foreach (var entry in entries)
        {
            rows.Add([
                shortId(entry.Id), await OperationText.DescribeAsync(names, entry.Operation, cancellationToken),
                OperationText.Why(entry), Words.Time(entry.QueuedAt),
            ]);
        }

        context.Printer.Table(Rejected, rows);
        context.Printer.Error("Send one again: khs outbox retry ID. Give one up: khs outbox discard ID");
    }

    private static Task<Func<string, string>> ShortIdsAsync(
        CommandContext context, IReadOnlyList<OutboxOperation> entries, CancellationToken cancellationToken) =>
        ShortIds.ForAsync(
            context.Printer, entries.Select(entry => entry.Id),
            (prefix, limit, token) => OutboxCommands.FindIdsAsync(context, prefix, limit, token), cancellationToken);
}
