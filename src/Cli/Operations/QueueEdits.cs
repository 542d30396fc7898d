using System.CommandLine;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Help;
using KhsCrm.Cli.Outbox;
using KhsCrm.V1;

namespace KhsCrm.Cli.Operations;

/// <summary>The commands that decide on an edit in the server's ledger.</summary>
internal static class QueueEdits
{
    public static Command Retry(CommandRunner runner)
    {
        var id = Id();
        var command = new KhsCommand(
            "retry", "Retry an edit that failed or waits on the server.", "queue retry 01a20597-6548-7eab-b5f4-c3d3e69784cc") { id };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var request = new RetryOperationRequest { OperationId = context.Require(id) };
            var answer = await context.Client.CallAsync(
                (invoker, options) => new SyncService.SyncServiceClient(invoker).RetryOperationAsync(request, options), cancellationToken);
            context.Printer.Answer(answer, answer.Result.Outcome switch
            {
                OperationOutcome.Rejected => $"Rejected again. {OperationText.Why(answer.Result.Status)}",
                OperationOutcome.Deferred => $"It still waits. {OperationText.Why(answer.Result.Status)}",
                _ => "It is in effect.",
            });
        }));
        return command;
    }

    public static Command Discard(CommandRunner runner)
    {
        var id = Id();
        var command = new KhsCommand(
            "discard", "Discard an edit that waits on the server.", "queue discard 01a20597-6548-7eab-b5f4-c3d3e69784cc") { id };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var request = new DiscardOperationRequest { OperationId = context.Require(id) };
            var answer = await context.Client.CallAsync(
                (invoker, options) => new SyncService.SyncServiceClient(invoker).DiscardOperationAsync(request, options), cancellationToken);
            context.Printer.Answer(answer, "It has failed for good; its device will be told.");
        }));
        return command;
    }

    private static Argument<string> Id() => new("ID") { Description = "The edit's id, as khs queue shows it." };
}
