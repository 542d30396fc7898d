using System.CommandLine;
using System.Text.Json.Nodes;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;

namespace KhsCrm.Cli.Commands;

/// <summary><c>khs outbox</c>.</summary>
internal static class OutboxCommands
{
    public static Command Create(CommandRunner runner) =>
        new("outbox", "See and handle the edits that the server has not settled.") { List(runner), Retry(runner), Discard(runner) };

    private static Command List(CommandRunner runner)
    {
        var command = new Command("list", "List the edits that wait, and the conflicts.");
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var entries = await context.Client.Outbox.ListAsync(cancellationToken: cancellationToken);
            var conflicts = await context.Client.Outbox.ListConflictsAsync(cancellationToken);
            if (context.Printer.IsJson)
            {
                context.Printer.Json(new JsonObject
                {
                    ["operations"] = new JsonArray([.. entries.Select(OperationText.ToJson)]),
                    ["conflicts"] = new JsonArray([.. conflicts.Select(ToJson)]),
                });
                return;
            }

            if (entries.Count == 0)
                context.Printer.Line("Nothing waits.");
            else
                context.Printer.Table(
                    ["ID", "State", "Edit", "Why"],
                    entries.Select(entry => (IReadOnlyList<string>)
                        [entry.Id, entry.State.ToString().ToLowerInvariant(), OperationText.Describe(entry), OperationText.Why(entry)]));
            foreach (var conflict in conflicts)
                context.Printer.Line($"Conflict {conflict.Operation.Id}: overwrote {string.Join(", ", conflict.Fields)} that somebody else had set.");
        }));
        return command;
    }

    private static Command Retry(CommandRunner runner)
    {
        var id = new Argument<string>("ID") { Description = "The operation, or the beginning of its id." };
        var command = new Command("retry", "Queue a rejected edit again, on the row as it now is.") { id };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var operation = await ResolveAsync(context, context.Require(id), cancellationToken);
            await context.Client.Outbox.RetryAsync(operation, cancellationToken);
            Done(context, "Queued again. Next: khs sync");
        }));
        return command;
    }

    private static Command Discard(CommandRunner runner)
    {
        var id = new Argument<string>("ID") { Description = "The operation, or the beginning of its id." };
        var command = new Command("discard", "Give up an edit that was rejected or not sent, or forget a conflict.") { id };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var operation = await ResolveAsync(context, context.Require(id), cancellationToken);
            var conflicts = await context.Client.Outbox.ListConflictsAsync(cancellationToken);
            if (conflicts.Any(conflict => conflict.Kind == ConflictKind.Merged && conflict.OperationId == operation))
                await context.Client.Outbox.KeepMineAsync(operation, cancellationToken);
            else
                await context.Client.Outbox.DiscardAsync(operation, cancellationToken);
            Done(context, "Discarded.");
        }));
        return command;
    }

    private static Task<string> ResolveAsync(CommandContext context, string typed, CancellationToken cancellationToken) =>
        IdPrefix.ResolveAsync(
            typed, "operation",
            async (prefix, limit, token) =>
            {
                var entries = await context.Client.Outbox.ListAsync(cancellationToken: token);
                var conflicts = await context.Client.Outbox.ListConflictsAsync(token);
                return [.. entries.Select(entry => entry.Id).Concat(conflicts.Select(conflict => conflict.Operation.Id)).Distinct()
                    .Where(one => one.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)).Take(limit)];
            },
            cancellationToken);

    private static void Done(CommandContext context, string line)
    {
        if (context.Printer.IsJson)
            context.Printer.Json(new JsonObject());
        context.Printer.Line(line);
    }

    private static JsonObject ToJson(EditConflict conflict) => new()
    {
        ["operation"] = Printer.ToJson(conflict.Operation),
        ["fields"] = new JsonArray([.. conflict.Fields.Select(field => (JsonNode)field)]),
        ["overwritten"] = conflict.Theirs is { } theirs ? Printer.ToJson(theirs) : null,
    };
}
