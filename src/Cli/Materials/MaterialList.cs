using System.CommandLine;
using System.Text.Json.Nodes;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Help;
using KhsCrm.Cli.Jobs;
using KhsCrm.Cli.Output;
using KhsCrm.V1;
using Spectre.Console;

namespace KhsCrm.Cli.Materials;

/// <summary><c>khs materials list</c>.</summary>
internal static class MaterialList
{
    private static readonly Column[] Columns =
        [new("ID"), new("Item", IsText: true), new("Quantity", IsNumber: true), new("Unit"), new("Bought", IsExtra: true), new("Notes", IsText: true, IsExtra: true)];

    public static Command Create(CommandRunner runner)
    {
        var job = JobCommands.Id("JOB");
        var command = new KhsCommand("list", "List the checklist of a job, what is to be bought first.", "materials list 01a20597") { job };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var jobId = await JobCommands.ResolveAsync(context, context.Require(job), cancellationToken);
            var rows = await context.Client.Materials.ListAsync(jobId, cancellationToken: cancellationToken);
            if (context.Printer.IsJson)
                context.Printer.Json(new JsonObject { ["materials"] = Printer.ToJson(rows) });
            else if (rows.Count == 0)
                context.Printer.Line($"The checklist is empty. Next: khs materials add {jobId} --item ITEM");
            else
                await PrintTableAsync(context, rows, cancellationToken);
        }));
        return command;
    }

    private static async Task PrintTableAsync(CommandContext context, IReadOnlyList<Material> rows, CancellationToken cancellationToken)
    {
        var shortId = await ShortIds.ForAsync(
            context.Printer, rows.Select(row => row.Id), context.Client.Materials.FindIdsAsync, cancellationToken);
        context.Printer.Table(
            Columns,
            rows.Select(row => (IReadOnlyList<Cell>)
            [
                shortId(row.Id), row.ItemName, row.Quantity, row.Unit,
                row.Purchased ? new Cell(row.PurchasedAt is null ? "yes" : Words.Time(row.PurchasedAt), Color.Green) : "no", row.Notes,
            ]));
    }
}
