using System.CommandLine;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Errors;
using KhsCrm.Cli.Help;
using KhsCrm.Cli.Output;
using KhsCrm.V1;

namespace KhsCrm.Cli.Operations;

/// <summary><c>khs queue</c>: the server's ledger of pushed edits; an owner sees everybody's.</summary>
internal static class QueueCommand
{
    private const int MaxItems = 1_000;

    private static readonly string[] Statuses = ["pending", "processing", "completed", "failed"];

    public static Command Create(CommandRunner runner)
    {
        var status = new Option<string?>("--status") { Description = $"Only those that are {string.Join(", ", Statuses)}.", HelpName = "STATUS" };
        status.AcceptOnlyFromAmong(Statuses);
        var device = new Option<string?>("--device") { Description = "Only those of this device.", HelpName = "ID" };
        var limit = new Option<int>("--limit") { Description = "At most so many, the newest first: 1 to 1000.", HelpName = "N", DefaultValueFactory = _ => 50 };
        var command = new KhsCommand(
            "queue", "Show the edits that the server has received, and decide on those that wait there.",
            "queue --status failed", "queue --limit 10 --json")
        {
            status, device, limit, QueueEdits.Retry(runner), QueueEdits.Discard(runner),
        };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            if (context.Get(limit) is < 1 or > MaxItems)
                throw new UsageException($"--limit must be 1 to {MaxItems}.");
            var request = new ListQueueRequest
            {
                Status = context.Get(status) is { } typed ? (SyncQueueStatus)(Array.IndexOf(Statuses, typed) + 1) : SyncQueueStatus.Unspecified,
                DeviceId = context.Get(device) ?? "",
                PageSize = context.Get(limit),
            };
            var answer = await context.Client.CallAsync(
                (invoker, options) => new SyncService.SyncServiceClient(invoker).ListQueueAsync(request, options), cancellationToken);
            if (context.Printer.IsJson)
                context.Printer.Json(Printer.ToJson(answer));
            else if (answer.Items.Count == 0)
                context.Printer.Line("The server's queue has no such edit.");
            else
                await QueueTable.PrintAsync(context, answer, cancellationToken);
        }));
        return command;
    }
}
