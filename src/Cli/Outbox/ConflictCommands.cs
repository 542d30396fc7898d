using System.CommandLine;
using System.Text.Json.Nodes;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Help;
using KhsCrm.Cli.Ids;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;

namespace KhsCrm.Cli.Outbox;

/// <summary><c>khs conflicts</c>.</summary>
internal static class ConflictCommands
{
    public static Command Create(CommandRunner runner) => ListedAlone.With(new("conflicts", "The edits of this device that met somebody else's edit of the same field.")
    {
        List(runner),
        Resolve(
            runner, "keep-mine", "Keep my values: what was overwritten stays so, what was rejected is queued again.",
            (outbox, id, cancellationToken) => outbox.KeepMineAsync(id, cancellationToken), "Mine are kept"),
        Resolve(
            runner, "keep-theirs", "Keep their values: what was overwritten is set back, what was rejected is given up.",
            (outbox, id, cancellationToken) => outbox.KeepTheirsAsync(id, cancellationToken), "Theirs are kept"),
    });

    private static KhsCommand List(CommandRunner runner)
    {
        var command = new KhsCommand("list", "List the conflicts with both values.", "conflicts list", "conflicts list --json");
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            await context.RequireUserAsync(cancellationToken);
            var conflicts = await context.Client.Outbox.ListConflictsAsync(cancellationToken);
            if (context.Printer.IsJson)
                context.Printer.Json(new JsonObject { ["conflicts"] = new JsonArray([.. conflicts.Select(ConflictText.ToJson)]) });
            else if (conflicts.Count == 0)
                context.Printer.Line("No conflicts.");
            else
                await ConflictTable.PrintAsync(context, conflicts, cancellationToken);
        }));
        return command;
    }

    private static KhsCommand Resolve(
        CommandRunner runner, string name, string description, Func<DeviceOutbox, string, CancellationToken, Task> resolve, string done)
    {
        var id = OutboxCommands.Id();
        var command = new KhsCommand(name, description, $"conflicts {name} 01a20597") { id };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            await context.RequireUserAsync(cancellationToken);
            var conflicts = await context.Client.Outbox.ListConflictsAsync(cancellationToken);
            var resolved = await IdPrefix.ResolveAsync(
                context.Require(id), "conflict", "conflicts list", conflicts.Select(conflict => conflict.OperationId), cancellationToken);
            var conflict = conflicts.Single(one => one.OperationId == resolved);
            var row = await ConflictText.RowAsync(new RowNames(context.Client), conflict, cancellationToken);
            await resolve(context.Client.Outbox, resolved, cancellationToken);
            if (context.Printer.IsJson)
                context.Printer.Json(new JsonObject { ["resolved"] = ConflictText.ToJson(conflict) });
            var next = (await context.Client.Outbox.CountAsync(cancellationToken)).Unsent > 0 ? " Next: khs sync" : "";
            context.Printer.Line($"{done}: {row}.{next}");
        }));
        return command;
    }
}
