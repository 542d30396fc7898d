using System.CommandLine;
using System.Text.Json.Nodes;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Help;

namespace KhsCrm.Cli.Outbox;

/// <summary><c>khs conflicts</c>.</summary>
internal static class ConflictCommands
{
    public static Command Create(CommandRunner runner) => new("conflicts", "The edits of this device that met somebody else's edit of the same field.")
    {
        List(runner),
    };

    private static KhsCommand List(CommandRunner runner)
    {
        var command = new KhsCommand("list", "List the conflicts with both values.", "conflicts list", "conflicts list --json");
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            await context.RequireUserAsync(cancellationToken);
            var conflicts = await Conflict.ListAsync(context.Client, cancellationToken);
            if (context.Printer.IsJson)
                context.Printer.Json(new JsonObject { ["conflicts"] = new JsonArray([.. conflicts.Select(conflict => conflict.ToJson())]) });
            else if (conflicts.Count == 0)
                context.Printer.Line("No conflicts.");
            else
                await ConflictTable.PrintAsync(context, conflicts, cancellationToken);
        }));
        return command;
    }
}
