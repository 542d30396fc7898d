using System.Text.Json.Nodes;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Output;
using KhsCrm.SyncClient;
using KhsCrm.V1;

namespace KhsCrm.Cli.Jobs;

/// <summary><c>khs jobs list --mine</c>: a worker's view.</summary>
internal static class AssignedJobList
{
    private static readonly Column[] Columns =
    [
        new("ID"), new("Day"), new("Title", IsText: true), new("Customer", IsText: true), new("Address", IsText: true, IsExtra: true),
        new("Phone", IsExtra: true), new("Status", IsExtra: true),
    ];

    public static async Task PrintAsync(CommandContext context, JobStatus? only, CancellationToken cancellationToken)
    {
        var query = new AssignedJobQuery { Statuses = only is { } status ? [status] : [] };
        var rows = await Pages.AllAsync(
            (token, cancel) => context.Client.Jobs.ListAssignedAsync(query with { PageSize = Pages.Size, PageToken = token }, cancel),
            cancellationToken);
        if (context.Printer.IsJson)
        {
            context.Printer.Json(new JsonObject { ["assigned_jobs"] = Printer.ToJson(rows) });
            return;
        }

        if (rows.Count == 0)
        {
            context.Printer.Line("You have nothing to do on this device. All jobs: khs jobs list");
            return;
        }

        context.Printer.Line(only is null ? "Your jobs to do, by day:" : $"Your jobs that are {Words.Status(only.Value)}, by day:");
        var shortId = await ShortIds.ForAsync(
            context.Printer, rows.Select(row => row.Job.Id), context.Client.Jobs.FindIdsAsync, cancellationToken);
        context.Printer.Table(Columns, rows.Select(row => (IReadOnlyList<Cell>)
        [
            shortId(row.Job.Id), row.Job.StartDate is null ? "any" : Words.Date(row.Job.StartDate), row.Job.Title,
            row.CustomerName, row.CustomerAddress, row.CustomerPhone, Words.StatusCell(row.Job.Status),
        ]));
    }
}
