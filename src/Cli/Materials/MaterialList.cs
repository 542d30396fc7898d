using System.CommandLine;
using System.Text.Json.Nodes;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Errors;
using KhsCrm.Cli.Help;
using KhsCrm.Cli.Ids;
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
        var job = new Argument<string?>("JOB")
        {
            Description = "The job, or the beginning of its id; without one, what is to be bought across all jobs.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var open = new Option<bool>("--open") { Description = "Only materials to buy." };
        var limit = new Option<int?>("--limit") { Description = "At most so many.", HelpName = "COUNT" };
        var command = new KhsCommand(
            "list", "List the checklist of a job, or all materials to buy.", "materials list 01a20597 --open", "materials list") { job, open, limit };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            if (context.Get(limit) is < 1)
                throw new UsageException("--limit must be 1 or more.");
            var jobId = context.Parsed.GetValue(job) is { } typed ? await RowIds.JobAsync(context, typed, cancellationToken) : null;
            var rows = await ReadAsync(context, jobId, context.Get(open), context.Get(limit) ?? int.MaxValue, cancellationToken);
            if (context.Printer.IsJson)
                context.Printer.Json(new JsonObject { ["materials"] = Printer.ToJson(rows) });
            else if (rows.Count > 0)
                await PrintTableAsync(context, jobId, rows, cancellationToken);
            else if (jobId is null || context.Get(open))
                context.Printer.Line("Nothing to buy.");
            else
                context.Printer.Line($"The checklist is empty. Next: khs materials add {jobId} --item ITEM");
        }));
        return command;
    }

    private static async Task<IReadOnlyList<Material>> ReadAsync(
        CommandContext context, string? jobId, bool isOpen, int limit, CancellationToken cancellationToken)
    {
        var materials = context.Client.Materials;
        IReadOnlyList<Material> rows = jobId is null
            ? await Pages.AllAsync((token, cancel) => materials.ListToBuyAsync(Pages.Size, token, cancel), cancellationToken)
            : await materials.ListAsync(jobId, cancellationToken: cancellationToken);
        return [.. rows.Where(row => !isOpen || !row.Purchased).Take(limit)];
    }

    private static async Task PrintTableAsync(
        CommandContext context, string? jobId, IReadOnlyList<Material> rows, CancellationToken cancellationToken)
    {
        context.Printer.Line(jobId is null ? "To buy across jobs, the oldest first:" : "Checklist, what is to be bought first:");
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
