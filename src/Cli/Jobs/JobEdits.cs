using System.CommandLine;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Errors;
using KhsCrm.Cli.Help;
using KhsCrm.Cli.Ids;
using KhsCrm.Cli.Output;
using KhsCrm.Contracts.Rules;
using KhsCrm.SyncClient;
using KhsCrm.V1;

namespace KhsCrm.Cli.Jobs;

/// <summary>The commands that edit jobs.</summary>
internal static class JobEdits
{
    public static Command Add(CommandRunner runner)
    {
        var fields = new JobFields(areRequired: true);
        var command = fields.AddTo(new KhsCommand(
            "add", "Add a job for a customer.", "jobs add --customer 01a20597 --title \"New roof\" --start-date 2026-05-31"));
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var draft = new Job();
            fields.Set(context, draft, await fields.CustomerAsync(context, cancellationToken));
            await JobCommands.PrintAsync(context, await context.Client.Jobs.AddAsync(draft, cancellationToken), cancellationToken);
        }));
        return command;
    }

    public static Command Edit(CommandRunner runner)
    {
        var id = JobCommands.Id();
        var fields = new JobFields(areRequired: false);
        var command = fields.AddTo(new KhsCommand(
            "edit", "Change a job. An empty value clears a field.", "jobs edit 01a20597 --end-date 2026-06-12") { id });
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            fields.RequireAny(context);
            var resolved = await RowIds.JobAsync(context, context.Require(id), cancellationToken);
            var customer = await fields.CustomerAsync(context, cancellationToken);
            var row = await context.Client.Jobs.UpdateAsync(
                resolved, row => fields.Set(context, row, customer), cancellationToken: cancellationToken);
            await JobCommands.PrintAsync(context, row, cancellationToken);
        }));
        return command;
    }

    public static Command Status(CommandRunner runner)
    {
        var id = JobCommands.Id();
        var status = StatusArgument.Argument();
        var command = new KhsCommand("status", "Change a job's status.", "jobs status 01a20597 in-progress") { id, status };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var to = Words.ParseStatus(context.Require(status));
            var resolved = await RowIds.JobAsync(context, context.Require(id), cancellationToken);
            RequireAllowed(await context.Client.Jobs.GetAsync(resolved, cancellationToken), to);
            var row = await context.Client.Jobs.ChangeStatusAsync(resolved, to, cancellationToken);
            context.Printer.Answer(row, $"{row.Title} is {Words.Status(row.Status)}.");
        }));
        return command;
    }

    public static Command Delete(CommandRunner runner)
    {
        var id = JobCommands.Id();
        var yes = new Option<bool>("--yes", "-y") { Description = "Do not ask for confirmation." };
        var command = new KhsCommand(
            "delete", "Delete a job for good, with its checklist, assignments and history.", "jobs delete 01a20597") { id, yes };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var resolved = await RowIds.JobAsync(context, context.Require(id), cancellationToken);
            var row = await context.Client.Jobs.GetAsync(resolved, cancellationToken);
            if (!context.Get(yes))
                RequireYes(context.Terminal, row);
            await context.Client.Jobs.DeleteAsync(resolved, cancellationToken);
            context.Printer.Answer(
                new Deleted { EntityType = EntityType.Job, EntityId = resolved },
                $"{row.Title} is deleted here. Until the next sync it can be undone: khs outbox list, then khs outbox discard ID");
        }));
        return command;
    }

    private static void RequireYes(Terminal terminal, Job row)
    {
        if (!terminal.CanAsk)
            throw new UsageException("Cannot ask for confirmation here: use --yes.");
        terminal.Error.Write(Safe.Line($"Delete {row.Title} for good, with its checklist, assignments and history? [y/N] "));
        if (terminal.In.ReadLine()?.Trim() is not ("y" or "Y" or "yes"))
            throw new KhsCrmException("Nothing was deleted");
    }

    // The library refuses it as well; here it is said what can be done instead.
    private static void RequireAllowed(Job job, JobStatus to)
    {
        if (job.Status == to || JobStatusTransitions.IsAllowed(job.Status, to))
            return;
        var next = Enum.GetValues<JobStatus>().Where(status => status != job.Status && JobStatusTransitions.IsAllowed(job.Status, status)).Select(Words.Status);
        throw new KhsCrmException(
            $"{job.Title} is {Words.Status(job.Status)} and cannot become {Words.Status(to)}; it can become {string.Join(" or ", next)}")
        {
            Reason = ErrorReason.StatusTransitionInvalid,
        };
    }
}
