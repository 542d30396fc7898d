using System.CommandLine;
using KhsCrm.Cli.Commands;
using KhsCrm.Cli.Help;
using KhsCrm.Cli.Ids;
using KhsCrm.V1;

namespace KhsCrm.Cli.Jobs;

/// <summary>The commands that put people on jobs and take them off.</summary>
internal static class JobAssignments
{
    public static Command Assign(CommandRunner runner)
    {
        var (id, user) = (JobCommands.Id(), User());
        var command = new KhsCommand(
            "assign", "Assign a worker to a job.", "jobs assign 01a20597 worker1@khscrm.com", "jobs assign 01a20597 \"Mike Davis\"") { id, user };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var (job, worker) = await ResolveAsync(context, id, user, cancellationToken);
            var row = await context.Client.Assignments.AssignAsync(job.Id, worker.Id, cancellationToken);
            context.Printer.Answer(row, $"{worker.Name} is assigned to {job.Title}.");
        }));
        return command;
    }

    public static Command Unassign(CommandRunner runner)
    {
        var (id, user) = (JobCommands.Id(), User());
        var command = new KhsCommand(
            "unassign", "Unassign a worker from a job. The job leaves their device.", "jobs unassign 01a20597 worker1@khscrm.com") { id, user };
        command.SetAction(runner.Action(async (context, cancellationToken) =>
        {
            var (job, worker) = await ResolveAsync(context, id, user, cancellationToken);
            var assignments = await context.Client.Assignments.ListByJobAsync(job.Id, cancellationToken);
            var row = assignments.FirstOrDefault(assignment => assignment.UserId == worker.Id)
                ?? throw new SyncClient.KhsCrmException($"{worker.Name} is not on {job.Title}. See: khs jobs show {job.Id}");
            await context.Client.Assignments.UnassignAsync(job.Id, worker.Id, cancellationToken);
            context.Printer.Answer(
                new Deleted { EntityType = EntityType.JobAssignment, EntityId = row.Id }, $"{worker.Name} is no longer assigned to {job.Title}.");
        }));
        return command;
    }

    private static Argument<string> User() =>
        new("USER") { Description = "Their e-mail address, name or id, or the beginning of it." };

    private static async Task<(Job Job, User Worker)> ResolveAsync(
        CommandContext context, Argument<string> id, Argument<string> user, CancellationToken cancellationToken)
    {
        var jobId = await RowIds.JobAsync(context, context.Require(id), cancellationToken);
        return (
            await context.Client.Jobs.GetAsync(jobId, cancellationToken),
            await UserLookup.ResolveAsync(context, context.Require(user), cancellationToken));
    }
}
