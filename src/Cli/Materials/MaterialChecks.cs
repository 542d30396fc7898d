using System.CommandLine;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Help;
using KhsCrm.Cli.Ids;
using KhsCrm.SyncClient;
using KhsCrm.V1;

namespace KhsCrm.Cli.Materials;

/// <summary>The commands that tick lines of a checklist off, and take them off.</summary>
internal static class MaterialChecks
{
    public static Command Buy(CommandRunner runner) => Create(
        runner, "buy", "Mark a material as bought.",
        (materials, id, cancellationToken) => materials.MarkPurchasedAsync(id, cancellationToken),
        row => $"{row.Quantity} {row.Unit} {row.ItemName}: bought.");

    public static Command Unbuy(CommandRunner runner) => Create(
        runner, "unbuy", "Mark a material as not bought.",
        (materials, id, cancellationToken) => materials.UnmarkPurchasedAsync(id, cancellationToken),
        row => $"{row.Quantity} {row.Unit} {row.ItemName}: to be bought.");

    public static Command Remove(CommandRunner runner) => Create(
        runner, "remove", "Take a material off the checklist.",
        (materials, id, cancellationToken) => materials.RemoveAsync(id, cancellationToken),
        row => $"{row.ItemName} is off the checklist.");

    private static KhsCommand Create(
        CommandRunner runner, string name, string description,
        Func<MaterialStore, string, CancellationToken, Task<Material>> edit, Func<Material, string> describe)
    {
        var id = MaterialCommands.Id();
        var command = new KhsCommand(name, description, $"materials {name} 01a20597") { id };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var resolved = await RowIds.MaterialAsync(context, context.Require(id), cancellationToken);
            var row = await edit(context.Client.Materials, resolved, cancellationToken);
            context.Printer.Answer(row, describe(row));
        }));
        return command;
    }
}
