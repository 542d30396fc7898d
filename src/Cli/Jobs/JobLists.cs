using System.CommandLine;
using System.Text.Json.Nodes;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Help;
using KhsCrm.Cli.Ids;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;
using KhsCrm.V1;

namespace KhsCrm.Cli.Jobs;

/// <summary>The commands that read jobs.</summary>
internal static class JobLists
{
    private static readonly Column[] Columns =
        [new("ID"), new("Title", IsText: true), new("Status"), new("Starts", IsExtra: true), new("Ends", IsExtra: true)];

    public static Command List(CommandRunner runner)
    {
        var status = StatusArgument.Option();
        var mine = new Option<bool>("--mine") { Description = "Only your open jobs, by start date, with customer, address and phone." };
        var command = new KhsCommand(
            "list", "List the jobs, the last changed first.", "jobs list --mine", "jobs list --status waiting-on-materials") { status, mine };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            JobStatus? only = context.Get(status) is { } typed ? Words.ParseStatus(typed) : null;
            if (context.Get(mine))
            {
                await AssignedJobList.PrintAsync(context, only, cancellationToken);
                return;
            }

            var query = new JobQuery { Status = only };
            var rows = await Pages.AllAsync(
                (token, cancel) => context.Client.Jobs.ListAsync(query with { PageSize = Pages.Size, PageToken = token }, cancel),
                cancellationToken);
            if (context.Printer.IsJson)
                context.Printer.Json(new JsonObject { ["jobs"] = Printer.ToJson(rows) });
            else if (rows.Count > 0)
            {
                context.Printer.Line("Jobs, the last changed first:");
                await PrintTableAsync(context, rows, cancellationToken);
            }
            else if (only is null)
                context.Printer.Line("No jobs on this device. Next: khs sync, or khs jobs add --customer ID --title TITLE");
            else
                context.Printer.Line("No job on this device matches. All: khs jobs list");
        }));
        return command;
    }

    public static Command Show(CommandRunner runner)
    {
        var id = JobCommands.Id();
        var command = new KhsCommand("show", "Show a job with its customer and assigned workers.", "jobs show 01a20597") { id };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var resolved = await RowIds.JobAsync(context, context.Require(id), cancellationToken);
            await JobCommands.PrintAsync(context, await context.Client.Jobs.GetAsync(resolved, cancellationToken), cancellationToken);
        }));
        return command;
    }

    /// <summary>Prints jobs as a table.</summary>
    public static async Task PrintTableAsync(CommandContext context, List<Job> rows, CancellationToken cancellationToken)
    {
        var shortId = await ShortIds.ForAsync(
            context.Printer, rows.Select(row => row.Id), context.Client.Jobs.FindIdsAsync, cancellationToken);
        context.Printer.Table(
            Columns,
            rows.Select(row => (IReadOnlyList<Cell>)
                [shortId(row.Id), row.Title, Words.StatusCell(row.Status), Words.Date(row.StartDate), Words.Date(row.EndDate)]));
    }
}
